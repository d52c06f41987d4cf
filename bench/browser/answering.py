"""A long answer in a long conversation, on a slow processor, while somebody types."""

from __future__ import annotations

from itertools import cycle
from threading import Thread

from playwright.sync_api import Page, expect

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


class Answering:
    """An answer of 4,000 tokens, 200 a second, in a conversation of 500 messages."""

    name = "answering"
    title = f"an answer at 200 tokens a second, processor {SLOWER} times as slow"

    def measure(self, stage: Stage) -> Found:
        """Traces the page from the question to the stored answer."""
        path = stage.conversation(LENGTHS[0])
        with stage.served(stage.instance) as program, stage.signed_in(program.port) as chat:
            chat.open(path)
            with slowed(chat.page, SLOWER), traced(stage.browser, chat.page) as trace:
                keys = _ask(stage, chat)
        return Found(_figures(trace, keys))


def _ask(stage: Stage, chat: Chat) -> list[tuple[float, float]]:
    """Types while it is answered; milliseconds that keys waited, and until they were seen."""
    chat.page.evaluate(_LISTEN)
    chat.ask("Tell me everything.")
    words = tokens(stage.size.tokens)
    with speaking(stage.model.asked(), words, stage.size.rate) as speaker:
        expect(chat.answer).not_to_be_empty()
        _type(chat.page, speaker)
    chat.see_end()
    heard: list[tuple[float, float]] = chat.page.evaluate("heard")
    return heard


def _type(page: Page, speaker: Thread) -> None:
    while speaker.is_alive():
        page.keyboard.press(next(_TYPED))
        page.wait_for_timeout(_BETWEEN_KEYS)


def _figures(trace: Trace, keys: list[tuple[float, float]]) -> list[Figure]:
    worked = of_work(trace.tasks)
    heard, seen = [wait for wait, _ in keys], [until for _, until in keys]
    return [
        _ms("tasks that work, p99", percentile(worked, 0.99), _LONGEST_TASK),
        _ms("the longest task", max(trace.tasks, default=None)),
        _ms("its like in processor time", max(trace.busy, default=None)),
        _ms("a key waits to be heard, p95", percentile(heard, 0.95), FRAME),
        _ms("p99", percentile(heard, 0.99)),
        _ms("from the key to the painted frame, p95", percentile(seen, 0.95), 2 * FRAME),
        _ms("p99 ", percentile(seen, 0.99)),
        Figure(name="keys", value=float(len(keys)), unit=""),
    ]


def _ms(name: str, value: float | None, most: float | None = None) -> Figure:
    return Figure(name=name, value=value, unit="ms", most=most)
