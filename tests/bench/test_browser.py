"""The chat in a browser: what is said, and what is made of a trace."""

from __future__ import annotations

from typing import Any

from bench.browser.model import in_pieces, tokens
from bench.browser.tracing import Trace, of_work, percentile, read


def test_the_same_text_comes_in_any_number_of_pieces() -> None:
    words = tokens(1000)
    assert len(words) == 1000
    assert all(0 < len(word) < 12 for word in words)
    assert "".join(in_pieces(words, 40)) == "".join(words)
    assert len(in_pieces(words, 40)) == 40


def test_percentiles_are_values_that_were_found() -> None:
    assert percentile(range(1, 101), 0.99) == 100
    assert percentile(range(1, 101), 0.5) == 51
    assert percentile([3.0], 0.99) == 3.0
    assert percentile([], 0.99) is None


def _task(pid: int, microseconds: int, name: str = "RunTask") -> dict[str, Any]:
    return {
        "pid": pid,
        "tid": 1,
        "name": name,
        "ph": "X",
        "ts": 0,
        "dur": microseconds,
        "tdur": 500,
    }


def _named(pid: int, name: str) -> dict[str, Any]:
    return {"pid": pid, "tid": 1, "name": "thread_name", "ph": "M", "args": {"name": name}}


def test_the_tasks_are_those_of_the_page_that_worked() -> None:
    trace = Trace()
    threads = [_named(1, "CrRendererMain"), _named(2, "CrRendererMain"), _named(3, "CrBrowserMain")]
    work = [_task(1, 4000), _task(1, 250), _task(1, 9000, "Layout"), _task(2, 3000), _task(3, 8000)]
    read([*threads, *work], trace)
    assert trace.tasks == [4.0, 0.25]
    assert trace.busy == [0.5, 0.5]
    assert of_work(trace.tasks) == [4.0]


def test_a_page_that_did_nothing_has_no_tasks() -> None:
    trace = Trace()
    read([_named(1, "CrRendererMain")], trace)
    assert trace.tasks == []
