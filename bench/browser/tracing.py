"""What the main thread of a page did, task by task, as Chromium traces it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
_TASK = "RunTask"
_WORKED = 1.0
"""Milliseconds: shorter tasks do nothing but look whether there is something to do."""


@dataclass(slots=True)
class Trace:
    """Tasks of the page's main thread: milliseconds of the clock, and of its processor."""

    tasks: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


@contextmanager
def slowed(page: Page, rate: float) -> Iterator[None]:
    """The page as a processor runs it that is so many times as slow."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    try:
        yield
    finally:
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        session.detach()


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[Trace]:
    """Fills the trace with what the page does in the block."""
    trace = Trace()
    browser.start_tracing(page=page, categories=CATEGORIES)
    try:
        yield trace
    finally:
        read(json.loads(browser.stop_tracing())["traceEvents"], trace)


def read(events: Sequence[dict[str, Any]], trace: Trace) -> None:
    """Takes the tasks of that main thread which worked most: the page's own.

    The format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
    """
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        thread = (event["pid"], event["tid"])
        if event["name"] == _TASK and event["ph"] == "X" and thread in mains:
            tasks[thread].append(event)
    worked = max(tasks.values(), key=lambda all: sum(each["dur"] for each in all), default=[])
    trace.tasks = [each["dur"] / 1000 for each in worked]
    trace.busy = [each.get("tdur", 0) / 1000 for each in worked]


def of_work(milliseconds: Iterable[float]) -> list[float]:
    """The tasks that did something."""
    return [each for each in milliseconds if each >= _WORKED]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that this share of all does not exceed; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
