"""Line charts as SVG, legible on light and on dark pages; each line is named where it ends.

draw([Chart("Memory", Axis("minutes"), Axis("MB"), [Line("worker", [(0, 95.2), (5, 97.0)])])])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from bench.ticks import ticks

WIDTH, HEIGHT = 760, 260
"""Of one chart, in pixels."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 150, 52, 46
_STEP = 15.0
"""The least distance between the names of two lines, in pixels."""

_LIGHT = ("#0b62c4", "#b3470b", "#0a7a55", "#8a3ea8", "#a8123e", "#5f6a12")
_DARK = ("#6cb0ff", "#ff9d5c", "#4fd1a1", "#d79bf0", "#ff84a5", "#cdd55a")
_STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.heading { font-weight: 600; font-size: 14px }
.quiet, .name.trend { fill: #59636e }
.middle { text-anchor: middle }
.end { text-anchor: end }
.paper { fill: #fff }
.grid { stroke: #d0d7de; fill: none }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
.line.trend { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 6 4 }
@LIGHT@
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.quiet, .name.trend { fill: #9198a1 }
.paper { fill: #0d1117 }
.grid { stroke: #3d444d }
.line.trend { stroke: #9198a1 }
@DARK@
}
</style>"""
_MOST_DOTS = 24

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """Points in the order of x; a dashed one is a limit or a trend, in the text's own colour.

    The name stands beside the last point: there is room for some twenty letters.
    """

    name: str
    points: Sequence[Point]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """What is counted, and in what; a logarithmic one takes only numbers above zero.

    `least` and `most` are shown in any case, whatever the data: an axis that begins at zero shows
    how large a change is.
    """

    label: str
    log: bool = False
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over one another."""

    title: str
    x: Axis
    y: Axis
    lines: Sequence[Line]


def draw(charts: Sequence[Chart]) -> str:
    """The charts as one SVG, one below the other. Raises `ValueError` where one has no points."""
    height = HEIGHT * len(charts)
    title = escape("; ".join(chart.title for chart in charts))
    drawn = [
        f'<g transform="translate(0 {HEIGHT * number})">\n{_chart(chart)}\n</g>'
        for number, chart in enumerate(charts)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
    head += f'width="{WIDTH}" height="{height}" role="img">'
    paper = f'<rect class="paper" width="{WIDTH}" height="{height}"/>'
    return "\n".join([head, f"<title>{title}</title>", _style(), paper, *drawn, "</svg>\n"])


class _Scale:
    """Places numbers between two pixels."""

    def __init__(self, axis: Axis, values: Iterable[float], begin: float, end: float) -> None:
        known = [*values, *(edge for edge in (axis.least, axis.most) if edge is not None)]
        self.ticks = ticks(min(known), max(known), axis.log)
        self._measure: Callable[[float], float] = math.log10 if axis.log else float
        self._low, high = self._measure(self.ticks[0]), self._measure(self.ticks[-1])
        self._begin = begin
        self._factor = (end - begin) / (high - self._low)

    def __call__(self, value: float) -> float:
        return self._begin + (self._measure(value) - self._low) * self._factor


def _chart(chart: Chart) -> str:
    points = [point for line in chart.lines for point in line.points]
    if not points:
        raise ValueError(f"nothing to draw: {chart.title}")
    x = _Scale(chart.x, (point[0] for point in points), _LEFT, WIDTH - _RIGHT)
    y = _Scale(chart.y, (point[1] for point in points), HEIGHT - _BOTTOM, _TOP)
    return "\n".join([*_frame(chart, x, y), *_lines(chart.lines, x, y)])


def _frame(chart: Chart, x: _Scale, y: _Scale) -> list[str]:
    """Headings, and the grid with its numbers."""
    bottom, right, middle = HEIGHT - _BOTTOM, WIDTH - _RIGHT, (_LEFT + WIDTH - _RIGHT) / 2
    drawn = [
        _text(10, 22, chart.title, "heading"),
        _text(10, _TOP - 12, chart.y.label, "quiet"),
        _text(middle, HEIGHT - 10, chart.x.label, "quiet middle"),
    ]
    for tick in y.ticks:
        drawn.append(f'<path class="grid" d="M{_LEFT} {y(tick):.1f}H{right}"/>')
        drawn.append(_text(_LEFT - 8, y(tick) + 4, _number(tick), "quiet end"))
    for tick in x.ticks:
        drawn.append(f'<path class="grid" d="M{x(tick):.1f} {bottom}v5"/>')
        drawn.append(_text(x(tick), bottom + 19, _number(tick), "quiet middle"))
    return drawn


def _lines(lines: Sequence[Line], x: _Scale, y: _Scale) -> list[str]:
    shown = [line for line in lines if line.points]
    heights = _spread([y(line.points[-1][1]) for line in shown])
    drawn, colour = [], 0
    for line, height in zip(shown, heights, strict=True):
        look = "trend" if line.dashed else f"c{colour % len(_LIGHT)}"
        colour += not line.dashed
        drawn += _line(line, look, [(x(at), y(value)) for at, value in line.points])
        drawn.append(_text(WIDTH - _RIGHT + 8, height + 4, line.name, f"name {look}"))
    return drawn


def _line(line: Line, look: str, places: Sequence[Point]) -> list[str]:
    path = "L".join(f"{across:.1f} {down:.1f}" for across, down in places)
    drawn = [f'<path class="line {look}" d="M{path}"/>']
    if not line.dashed and len(places) <= _MOST_DOTS:
        drawn += [
            f'<circle class="dot {look}" cx="{across:.1f}" cy="{down:.1f}" r="3"/>'
            for across, down in places
        ]
    return drawn


def _spread(heights: Sequence[float]) -> list[float]:
    """The same heights, moved apart where names would cover one another."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    spread, lowest = list(heights), float(HEIGHT - _BOTTOM)
    for above, below in pairwise(order):
        spread[below] = max(spread[below], spread[above] + _STEP)
    for number in reversed(order):
        spread[number] = min(spread[number], lowest)
        lowest = spread[number] - _STEP
    return spread


def _text(x: float, y: float, words: str, look: str) -> str:
    return f'<text class="{look}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _number(value: float) -> str:
    return f"{value:,.10g}" if abs(value) < 1e6 else f"{value / 1e6:,.10g} M"


def _style() -> str:
    """The colours of both themes; a page that is dark by its own choice keeps the light paper."""
    return _STYLE.replace("@LIGHT@", _colours(_LIGHT)).replace("@DARK@", _colours(_DARK))


def _colours(colours: Sequence[str]) -> str:
    return "\n".join(
        f".line.c{n} {{ stroke: {colour} }} .dot.c{n}, .name.c{n} {{ fill: {colour} }}"
        for n, colour in enumerate(colours)
    )
