"""The results in the documentation: their table, their loads and their plot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bench import outcome
from bench.outcome import Outcome, Section
from bench.plot import Axis, Chart, Line, draw
from bench.rows.base import Figure

BEGIN, END = "<!-- made by `make bench` -->", "<!-- end -->"
NAMES = {
    "native": "chatapp, native send",
    "/v1": "chatapp, /v1",
    "tutorial": "tutorial's app",
    "nginx": "nginx",
}
_STREAMS = re.compile(r"streams-(\d+)")
_HEAD = ("", "measured", "target", "")
_MARKS = {True: "met", False: "**missed**", None: ""}


def replaced(page: str, parts: Iterable[str], mark: str = BEGIN) -> str:
    """The page with these parts in the place of a mark. Raises `ValueError` where it lacks one."""
    head, begin, rest = page.partition(mark)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page lacks {mark} or {END}")
    made = "\n\n".join(["", *parts, ""])
    return f"{head}{mark}{made}{END}{tail}"


def plot(found: Outcome) -> str:
    """What a delta costs, all in, against the number of streams: an SVG."""
    lines = [Line(name, _points(found, target)) for target, name in NAMES.items()]
    title = "CPU per delta, all in: requests, storage and all"
    return draw([Chart(title, Axis("streams", log=True), Axis("µs, logarithmic", log=True), lines)])


def brief(found: Outcome) -> Iterator[str]:
    """When and where it was measured, and the figures."""
    dates = [section.date for section in found.sections.values()]
    yield f"Measured on {max(dates):%Y-%m-%d}: {outcome.facts(found)}."
    rows = [line for section in found.sections.values() for line in _rows(section)]
    yield "\n".join(_table(_HEAD, rows))
    for section in found.sections.values():
        yield from (f"{section.title}: {note}." for note in section.found.notes)


def whole(found: Outcome) -> Iterator[str]:
    """The same, and every load behind them."""
    yield from brief(found)
    table = "\n".join(_table(("row", *outcome.LOADS), _loads(found)))
    yield f"<details><summary>Every load</summary>\n\n{table}\n\n</details>"


def _rows(section: Section) -> Iterator[tuple[str, ...]]:
    yield (f"**{section.title}**", "", "", "")
    for figure in section.found.figures:
        yield (figure.name, _shown(figure), outcome.target(figure), _MARKS[figure.met])


def _shown(figure: Figure) -> str:
    return f"{outcome.number(figure.value)} {figure.unit}"


def _loads(found: Outcome) -> Iterator[tuple[str, ...]]:
    for name, section in found.sections.items():
        for load in section.found.loads:
            yield (name, *outcome.load_cells(load))


def _points(found: Outcome, target: str) -> list[tuple[float, float]]:
    """Streams and µs of one target, fewest streams first."""
    points = []
    for row, section in found.sections.items():
        costs = {figure.name: figure.value for figure in section.found.figures}
        streams, cost = _STREAMS.fullmatch(row), costs.get(f"{target}, all in")
        if streams and cost is not None:
            points.append((float(streams[1]), cost))
    return sorted(points)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Markdown; all columns but the first are numbers."""
    yield _line(head)
    yield _line(("---", *("---:" for _ in head[1:])))
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
