"""What a run of the benchmark found: kept as JSON, shown as a table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from bench.measure import Result

_HEADINGS = (
    "streams",
    "server",
    "µs/delta",
    "ms/request",
    "first ms p50",
    "p99",
    "added",
    "gap p99",
    "end lag p99",
    "kB/stream",
    "late ms",
    "waited s",
    "failed",
)
_WIDTHS = tuple(max(8, len(heading)) for heading in _HEADINGS)


class Level(msgspec.Struct, frozen=True):
    """The same load on each target, the model server itself first."""

    title: str
    results: list[Result]


class Outcome(msgspec.Struct, frozen=True):
    """One run on one machine."""

    date: datetime
    machine: dict[str, str | int]
    versions: dict[str, str]
    server_has_own_core: bool
    start_s: list[float]
    idle_pss_mb: float
    levels: list[Level]


def write(outcome: Outcome, path: Path) -> None:
    """Keeps the outcome as JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(outcome), indent=1) + b"\n")


def table(outcome: Outcome) -> str:
    """The outcome for people; `bench/README.md` says how to read it."""
    lines = [
        _facts(outcome),
        f"start to first 200: {min(outcome.start_s):.2f} s (best of {len(outcome.start_s)})",
        f"idle, master and worker: {outcome.idle_pss_mb:.1f} MB PSS",
        "",
        _row(*_HEADINGS),
    ]
    for level in outcome.levels:
        lines += [_result_row(level, result) for result in level.results]
    if not outcome.server_has_own_core:
        lines.append("One core for everything: times are those of a busy machine.")
    return "\n".join(lines)


def _facts(outcome: Outcome) -> str:
    facts = [f"{name} {value}" for name, value in outcome.machine.items()]
    facts += [f"{name} {value}" for name, value in outcome.versions.items()]
    return f"{outcome.date:%Y-%m-%d %H:%M} · " + " · ".join(facts)


def _result_row(level: Level, result: Result) -> str:
    load = result.load
    direct = level.results[0].load.first.p50
    added = load.first.p50 - direct if load.first.p50 is not None and direct is not None else None
    failures = ", ".join(f"{count} × {reason}" for reason, count in load.failures.items())
    return _row(
        level.title,
        result.target,
        _number(result.us_per_delta),
        _number(result.ms_per_request, 2),
        _number(load.first.p50),
        _number(load.first.p99),
        _number(added),
        _number(load.gap.p99),
        _number(load.end_lag.p99),
        _number(result.kb_per_stream),
        _number(result.late_ms),
        _number(result.waited_s, 2),
        failures or "0",
    )


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _row(*cells: str) -> str:
    padded = (cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return "  ".join(padded)
