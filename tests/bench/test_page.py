"""The results in the documentation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import outcome, page
from bench.outcome import Outcome, Section
from bench.page import BEGIN, END
from bench.rows.base import Figure, Found
from bench.run import COMMITTED, PAGE, PLOT, main

SVG = "{http://www.w3.org/2000/svg}"


def section(title: str, *figures: Figure) -> Section:
    return Section(title, datetime(2026, 1, 1, tzinfo=UTC), 1.0, "v1", Found(list(figures)))


def streams(number: int, **costs: float) -> tuple[str, Section]:
    figures = [
        Figure(name=f"{target}, all in", value=cost, unit="µs", most=60)
        for target, cost in costs.items()
    ]
    return f"streams-{number}", section(f"{number} streams", *figures)


FOUND = Outcome(
    {"cores": 2},
    {"python": "3.11"},
    True,
    dict([streams(200, native=48.0, nginx=15.0), streams(1, native=110.0), streams(50, native=61)]),
)


def test_the_results_take_their_place_in_the_page() -> None:
    made = page.replaced(f"before\n{BEGIN}\nold\n{END}\nafter", page.whole(FOUND))
    assert made.startswith(f"before\n{BEGIN}\n")
    assert made.endswith(f"{END}\nafter")
    assert "old" not in made
    assert "| native, all in | 48 µs | ≤ 60 µs | met |" in made
    assert "| native, all in | 110 µs | ≤ 60 µs | **missed** |" in made
    assert page.replaced(made, page.whole(FOUND)) == made
    with pytest.raises(ValueError, match="lacks"):
        page.replaced("nothing here", [])


def test_the_plot_has_a_line_for_each_server_that_was_measured() -> None:
    svg = ElementTree.fromstring(page.plot(FOUND))
    names = [text.text for text in svg.iter(f"{SVG}text") if "name" in text.attrib["class"]]
    assert names == ["chatapp, native send", "nginx"]
    (path,) = (path for path in svg.iter(f"{SVG}path") if path.attrib["class"] == "line c0")
    across = [float(point.split()[0]) for point in path.attrib["d"][1:].split("L")]
    assert len(across) == 3
    assert across == sorted(across), "fewest streams first"


def test_the_page_shows_what_is_committed() -> None:
    committed = outcome.read(COMMITTED)
    assert committed is not None
    assert PAGE.read_text() == page.replaced(PAGE.read_text(), page.whole(committed))
    assert PLOT.read_text() == page.plot(committed)


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--rows", "speed"], "no such row: speed"), (["--quick", "--write"], "not worth")],
)
def test_what_cannot_be_measured_is_refused(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        main([*options, "--output", str(tmp_path / "out.json")])
    assert words in capsys.readouterr().err
