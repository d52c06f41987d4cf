"""What searching and indexing took, and what others noticed of it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bench.load import Times


class Indexing(msgspec.Struct, frozen=True):
    """What adding took, in all: starting the command, reading each file in the child, storing."""

    documents: int
    passages: int
    seconds: float
    passages_a_second: int


class Beside(msgspec.Struct, frozen=True):
    """Gaps between words of running answers, in milliseconds, alone and while files are read."""

    streams: int
    alone: Times
    gap: Times
    failed: dict[str, int]
    uploaded: int
    states: dict[str, int]
    seconds: float


class Figures(msgspec.Struct, frozen=True):
    """One database."""

    indexing: Indexing
    searches: dict[str, Times]
    beside: Beside


class Outcome(msgspec.Struct, frozen=True):
    """One run; `load_before` is what the machine was doing by itself."""

    date: datetime
    machine: dict[str, str | int]
    versions: dict[str, str]
    load_before: float
    databases: dict[str, Figures]


def table(outcome: Outcome) -> str:
    """The outcome for people, in Markdown: a column for each database."""
    rows = [_rows(figures) for figures in outcome.databases.values()]
    lines = [["", *outcome.databases], ["---"] * (len(rows) + 1)]
    lines += [[name, *(row[name] for row in rows)] for name in rows[0]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(figures: Figures) -> dict[str, str]:
    indexing, beside = figures.indexing, figures.beside
    states = ", ".join(f"{count} {state}" for state, count in sorted(beside.states.items()))
    return {
        "passages, of documents": f"{indexing.passages:,}, {indexing.documents:,}",
        "indexed in a second": f"{indexing.passages_a_second:,}",
        **{f"a search: {kind}": _milliseconds(each) for kind, each in figures.searches.items()},
        f"gaps of {beside.streams} streams, alone": _milliseconds(beside.alone),
        f"beside {beside.uploaded} uploads": _milliseconds(beside.gap),
        "what became of these": f"{states}, within {beside.seconds:.0f} s",
        "streams that failed": str(sum(beside.failed.values())),
    }


def _milliseconds(times: Times) -> str:
    return f"{times.p50} ms, p99 {times.p99} ms"
