"""What pages weigh, and how soon they stand."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Page, expect

from bench.browser.answering import SLOWER
from bench.browser.stage import LENGTHS, Stage
from bench.browser.tracing import slowed
from bench.rows.base import Figure, Found
from tests.browser.chat import Chat
from tests.browser.weight import MOST_KB, MOST_REQUESTS, Weight, weighed

_MOST_PAINT = 200
_TIMES = """() => new Promise((tell) => {
    const [page] = performance.getEntriesByType("navigation");
    new PerformanceObserver((list) => {
        const [paint] = list.getEntriesByName("first-contentful-paint");
        if (paint) tell({
            server: page.responseStart - page.requestStart,
            painted: paint.startTime,
            loaded: page.domContentLoadedEventEnd,
        });
    }).observe({ type: "paint", buffered: true });
})"""


class Pages:
    """The first visit of the page of a chat: nothing is in the browser's cache."""

    name = "pages"
    title = "the page of a chat, first visit"

    def measure(self, stage: Stage) -> Found:
        """Several visits, each with a profile of its own."""
        with stage.served(stage.instance) as program:
            address = f"http://127.0.0.1:{program.port}/"
            visits = [_visit(stage, address) for _ in range(stage.size.openings)]
        weight = visits[0][1]
        painted = median(times["painted"] for times, _ in visits)
        return Found(
            [
                Figure(name="requests", value=weight.requests, unit="", most=MOST_REQUESTS),
                Figure(name="over the wire", value=weight.kb, unit="kB", most=MOST_KB),
                Figure(name="first contentful paint", value=painted, unit="ms", most=_MOST_PAINT),
            ]
        )


class Opening:
    """Long conversations, opened by somebody whose browser has the files."""

    name = "opening"
    title = "opening a conversation"

    def measure(self, stage: Stage) -> Found:
        """Each length on this processor, and on a slow one."""
        with stage.served(stage.instance) as program, stage.signed_in(program.port) as chat:
            chat.open()
            return Found([each for length in LENGTHS for each in _opened(stage, chat, length)])


def _opened(stage: Stage, chat: Chat, length: int) -> Iterator[Figure]:
    path = stage.conversation(length)
    for rate in (1, SLOWER):
        with slowed(chat.page, rate):
            times = [_open(chat, path) for _ in range(stage.size.openings)]
        slow = f", processor {rate} times as slow" if rate > 1 else ""
        for name, key in (("server", "server"), ("painted", "painted"), ("ready", "loaded")):
            if rate > 1 and key == "server":
                continue
            value = median(each[key] for each in times)
            yield Figure(name=f"{length:,} messages: {name}{slow}", value=value, unit="ms")


def _open(chat: Chat, path: str) -> dict[str, float]:
    chat.open(path)
    return _times(chat.page)


def _visit(stage: Stage, address: str) -> tuple[dict[str, float], Weight]:
    with stage.profile() as context:
        page = context.new_page()
        weight = weighed(page)
        page.goto(address)
        expect(page.locator("chat-composer:defined")).to_be_attached()
        page.wait_for_load_state("networkidle")
        return _times(page), weight


def _times(page: Page) -> dict[str, float]:
    times: dict[str, float] = page.evaluate(_TIMES)
    return times
