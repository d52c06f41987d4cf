"""What runs of the benchmark found: kept as JSON, shown as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from bench.rows.base import Figure, Found, Load

LOADS = (
    *("load", "server", "µs/delta", "ms/request", "first ms p50", "p99", "gap p99"),
    *("end lag p99", "kB/stream", "late ms", "waited s", "failed"),
)
"""The headings of `load_cells`."""

_FIGURES = ("", "now", "target", "committed", "change", "")


class Section(msgspec.Struct, frozen=True):
    """What one run found for one row."""

    title: str
    date: datetime
    seconds: float
    chatapp: str
    found: Found


class Outcome(msgspec.Struct, frozen=True):
    """All rows that were measured on one machine, by name; each one when it was measured last."""

    machine: dict[str, str | int]
    versions: dict[str, str]
    server_has_own_core: bool
    sections: dict[str, Section]

    def beside(self, other: Outcome) -> Outcome:
        """These rows, and those of another outcome that are not among them."""
        return msgspec.structs.replace(self, sections=other.sections | self.sections)

    def ordered(self, names: Sequence[str]) -> Outcome:
        """The rows of these names, in their order."""
        known = {name: self.sections[name] for name in names if name in self.sections}
        return msgspec.structs.replace(self, sections=known)

    def figures(self) -> dict[tuple[str, str], Figure]:
        """Every figure by the names of its row and its own."""
        return {
            (row, figure.name): figure
            for row, section in self.sections.items()
            for figure in section.found.figures
        }

    @property
    def failed(self) -> bool:
        """Whether an answer was not whole."""
        found = (section.found for section in self.sections.values())
        return any(load.result.load.failures for each in found for load in each.loads)


def read(path: Path) -> Outcome | None:
    """What was kept; None where nothing was."""
    return msgspec.json.decode(path.read_bytes(), type=Outcome) if path.exists() else None


def write(outcome: Outcome, path: Path) -> None:
    """Keeps the outcome as JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(outcome), indent=1) + b"\n")


def facts(outcome: Outcome) -> str:
    """The machine and what ran on it, in a line."""
    known = [*outcome.machine.items(), *outcome.versions.items()]
    return " · ".join(f"{name} {value}" for name, value in known)


def report(name: str, section: Section, committed: Mapping[tuple[str, str], Figure]) -> str:
    """A row for the terminal: its figures beside the committed ones, and its loads."""
    found = section.found
    figures = [_figure(each, committed.get((name, each.name))) for each in found.figures]
    lines = [f"\n{section.title} ({name}, {section.seconds:.0f} s)", *found.notes]
    lines += aligned([_FIGURES, *figures])
    if found.loads:
        lines += ["", *aligned([LOADS, *(load_cells(load) for load in found.loads)])]
    return "\n".join(lines)


def missed(outcome: Outcome) -> Iterator[str]:
    """A line for each target that is missed."""
    for (row, name), figure in outcome.figures().items():
        if figure.met is False:
            found = f"{number(figure.value)} {figure.unit}"
            yield f"MISSED  {row}: {name} is {found}, target {target(figure)}"


def change(now: Figure, before: Figure | None) -> str:
    """By how many per cent a figure is more than it was."""
    if before is None or not before.value or now.value is None:
        return "–"
    return f"{(now.value / before.value - 1) * 100:+.0f} %"


def target(figure: Figure) -> str:
    """What the figure ought to be."""
    if figure.most is not None:
        return f"≤ {number(figure.most)} {figure.unit}"
    return f"≥ {number(figure.least)} {figure.unit}" if figure.least is not None else ""


def number(value: float | None) -> str:
    """Three digits, more where there are more before the point."""
    if value is None:
        return "–"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    shown = f"{value:,.{digits}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def load_cells(load: Load) -> tuple[str, ...]:
    """A load in the order of the headings."""
    result, report = load.result, load.result.load
    failures = ", ".join(f"{count} × {reason}" for reason, count in report.failures.items())
    return (
        *(load.title, result.target),
        *map(number, (result.us_per_delta, result.ms_per_request)),
        *map(number, (report.first.p50, report.first.p99, report.gap.p99, report.end_lag.p99)),
        *map(number, (result.kb_per_stream, result.late_ms, result.waited_s)),
        failures or "0",
    )


def aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Columns as wide as they must be, the first one to the left."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for first, *others in table:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


def _figure(figure: Figure, before: Figure | None) -> tuple[str, ...]:
    return (
        figure.name,
        f"{number(figure.value)} {figure.unit}",
        target(figure),
        number(before.value if before else None),
        change(figure, before),
        {True: "met", False: "MISSED", None: ""}[figure.met],
    )
