"""Charts: round numbers on the axes, and lines where they belong."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from bench.plot import HEIGHT, Axis, Chart, Line, draw
from bench.ticks import ticks

SVG = "{http://www.w3.org/2000/svg}"


def chart(*lines: Line, log: bool = False, least: float | None = None) -> Chart:
    return Chart("Memory", Axis("streams", log), Axis("MB", least=least), lines)


def drawn(*charts: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(draw(charts))


def texts(svg: ElementTree.Element, look: str = "") -> list[str]:
    found = svg.iter(f"{SVG}text")
    return [str(text.text) for text in found if look in text.attrib["class"].split() or not look]


def places(svg: ElementTree.Element, look: str) -> list[tuple[float, float]]:
    """The points of the line of that colour, in pixels."""
    (path,) = (path for path in svg.iter(f"{SVG}path") if path.attrib["class"] == f"line {look}")
    pairs = path.attrib["d"].removeprefix("M").split("L")
    return [(float(x), float(y)) for x, y in (pair.split(" ") for pair in pairs)]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0, 0.9, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (96.2, 97.9, [96, 96.5, 97, 97.5, 98]),
        (-3, 4, [-4, -2, 0, 2, 4]),
        (0, 0, [0, 0.2]),
        (7, 7, [6, 8]),
    ],
)
def test_ticks_are_round_and_enclose_the_range(
    low: float, high: float, expected: list[float]
) -> None:
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1, 1000, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
        (10, 100_000, [10, 100, 1000, 10_000, 100_000]),
        (30, 400, [20, 50, 100, 200, 500]),
        (0.3, 0.4, [0.2, 0.5]),
        (100, 100, [100, 200]),
        (200, 200, [200, 500]),
    ],
)
def test_ticks_of_a_logarithm_are_parts_of_decades(
    low: float, high: float, expected: list[float]
) -> None:
    assert ticks(low, high, log=True) == pytest.approx(expected)


def test_equal_steps_are_equally_far_apart() -> None:
    (first, second, third) = places(drawn(chart(Line("a", [(0, 1), (1, 2), (2, 3)]))), "c0")
    assert second[0] - first[0] == pytest.approx(third[0] - second[0], abs=0.2)
    assert first[1] - second[1] == pytest.approx(second[1] - third[1], abs=0.2)
    assert first[1] > third[1], "more is higher"


def test_equal_factors_are_equally_far_apart_on_a_logarithmic_axis() -> None:
    svg = drawn(chart(Line("a", [(1, 1), (10, 1), (100, 1)]), log=True))
    (first, second, third) = places(svg, "c0")
    assert second[0] - first[0] == pytest.approx(third[0] - second[0], abs=0.2)


def test_an_axis_may_begin_at_zero() -> None:
    line = Line("a", [(0, 96), (1, 97)])
    assert "0" not in texts(drawn(chart(line)), "end")
    assert "0" in texts(drawn(chart(line, least=0)), "end")


def test_every_line_is_named_where_it_ends() -> None:
    lines = [Line(f"line {n}", [(0, n), (1, 5 + n / 1000)]) for n in range(6)]
    svg = drawn(chart(*lines))
    names = [text for text in svg.iter(f"{SVG}text") if "name" in text.attrib["class"]]
    heights = sorted(float(name.attrib["y"]) for name in names)
    assert {name.text for name in names} == {line.name for line in lines}
    assert all(below - above >= 14.9 for above, below in pairwise(heights)), "they overlap"
    assert heights[0] > 0
    assert heights[-1] < HEIGHT


def test_a_limit_takes_no_colour_from_the_lines() -> None:
    svg = drawn(chart(Line("limit", [(0, 1), (1, 1)], dashed=True), Line("a", [(0, 1), (1, 2)])))
    assert places(svg, "trend")
    assert places(svg, "c0")


def test_charts_stand_below_one_another() -> None:
    svg = drawn(chart(Line("a", [(0, 1)])), chart(Line("b", [(0, 1)])))
    moved = [group.attrib["transform"] for group in svg.iter(f"{SVG}g")]
    assert moved == ["translate(0 0)", f"translate(0 {HEIGHT})"]
    assert svg.attrib["height"] == str(2 * HEIGHT)


def test_words_are_escaped() -> None:
    svg = drawn(Chart("a < b", Axis("x & y"), Axis("<s>"), [Line("<g>", [(0, 1)])]))
    assert {"a < b", "x & y", "<s>", "<g>"} <= set(texts(svg))


def test_nothing_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="nothing to draw: Memory"):
        draw([chart(Line("a", []))])
