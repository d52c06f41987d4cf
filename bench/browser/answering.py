"""A long answer in a long conversation, on a slow processor, while somebody types."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from threading import Thread
from typing import TypeAlias

from playwright.sync_api import Page

from bench.browser.model import speaking, tokens
from bench.browser.stage import LENGTHS, Stage
from bench.browser.tracing import Trace, of_work, percentile, slowed, traced
from bench.rows.base import Figure, Found
from tests.browser.chat import Chat

SLOWER = 4
FRAME = 1000 / 60
"""Milliseconds."""

_LONGEST_TASK = 50.0
_TYPED = cycle("What does it say about bicycles in the yard behind the bakery? ")
_BETWEEN_KEYS = 90
"""Milliseconds: a fast typist."""

_ENDED = 'chat-composer[data-state="ready"]'
"""Looked for alone: where an expectation is not met yet, Playwright reads the whole page, and keeps
it from its own work."""

_SCROLL = "(top) => document.querySelector('chat-conversation').scrollTo({ top })"

_LISTEN = """() => {
    const heard = (window.heard = []);
    const port = new MessageChannel();
    const painted = [];
    port.port2.onmessage = () => {
        for (const done of painted.splice(0)) done(performance.now());
    };
    addEventListener("keydown", ({ timeStamp }) => {
        const waited = performance.now() - timeStamp;
        requestAnimationFrame(() => {
            painted.push((at) => heard.push([waited, at - timeStamp]));
            port.port1.postMessage(0);
        });
    }, { capture: true });
}"""
"""Notes of each key how long it waited to be heard, and how long the next frame was made: a message
that is sent in a frame arrives behind its layout and its painting."""


Wait: TypeAlias = tuple[float, float]
"""Milliseconds that a key waited to be heard, and until it was seen."""


class Answering:
    """An answer of 4,000 tokens, 200 a second, in a conversation of 500 messages."""

    name = "answering"
    title = f"an answer at 200 tokens a second, processor {SLOWER} times as slow"

    def measure(self, stage: Stage) -> Found:
        """Traces from the question to the stored answer: a page that was just opened, which
        has the newest messages, and one whose reader has been at the first of all."""
        with stage.served(stage.instance) as program, stage.signed_in(program.port) as chat:
            opened = _traced(stage, chat, _open)
            whole = _traced(stage, chat, _read_back)
        return Found([*_figures(*opened), *_brief(f"all {LENGTHS[0]} on the page: ", *whole)])


def _traced(
    stage: Stage, chat: Chat, come_to: Callable[[Chat, str], None]
) -> tuple[Trace, list[Wait]]:
    come_to(chat, stage.conversation(LENGTHS[0]))
    with slowed(chat.page, SLOWER), traced(stage.browser, chat.page) as trace:
        keys = _ask(stage, chat)
    return trace, keys


def _open(chat: Chat, path: str) -> None:
    chat.open(path)


def _read_back(chat: Chat, path: str) -> None:
    """Opens a conversation and scrolls up to its first message, and down again."""
    chat.open(path)
    messages = chat.page.locator("chat-question, chat-answer")
    while (shown := messages.count()) < LENGTHS[0]:
        chat.page.evaluate(_SCROLL, 0)
        messages.nth(shown).wait_for(state="attached")
    chat.page.evaluate(_SCROLL, 1e9)


def _ask(stage: Stage, chat: Chat) -> list[Wait]:
    """Types while it is answered; how long each key waited."""
    chat.page.evaluate(_LISTEN)
    chat.ask("Tell me everything.")
    words = tokens(stage.size.tokens)
    with speaking(stage.model.asked(), words, stage.size.rate) as speaker:
        _type(chat.page, speaker)
    chat.page.locator(_ENDED).wait_for(state="attached")
    heard: list[Wait] = chat.page.evaluate("heard")
    return heard


def _type(page: Page, speaker: Thread) -> None:
    while speaker.is_alive():
        page.keyboard.press(next(_TYPED))
        page.wait_for_timeout(_BETWEEN_KEYS)


def _figures(trace: Trace, keys: list[Wait]) -> list[Figure]:
    heard, seen = [wait for wait, _ in keys], [until for _, until in keys]
    return [
        *_brief("", trace, keys),
        _ms("the longest task", max(trace.tasks, default=None)),
        _ms("its like in processor time", max(trace.busy, default=None)),
        _ms("a key waits to be heard, p99", percentile(heard, 0.99)),
        _ms("from the key to the painted frame, p99", percentile(seen, 0.99)),
        Figure(name="keys", value=float(len(keys)), unit=""),
    ]


def _brief(where: str, trace: Trace, keys: list[Wait]) -> list[Figure]:
    """What has a target."""
    heard, seen = [wait for wait, _ in keys], [until for _, until in keys]
    return [
        _ms(f"{where}tasks that work, p99", percentile(of_work(trace.tasks), 0.99), _LONGEST_TASK),
        _ms(f"{where}the same in processor time", percentile(of_work(trace.busy), 0.99)),
        _ms(f"{where}a key waits to be heard, p95", percentile(heard, 0.95), FRAME),
        _ms(f"{where}from the key to the painted frame, p95", percentile(seen, 0.95), 2 * FRAME),
    ]


def _ms(name: str, value: float | None, most: float | None = None) -> Figure:
    return Figure(name=name, value=value, unit="ms", most=most)
