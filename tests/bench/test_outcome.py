"""How results are kept, held against those before, and shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bench import outcome
from bench.outcome import Outcome, Section
from bench.rows.base import Figure, Found


def section(*figures: Figure, title: str = "A row") -> Section:
    return Section(title, datetime(2026, 1, 1, tzinfo=UTC), 1.0, "v1", Found(list(figures)))


def cost(value: float | None, most: float | None = 35.0) -> Figure:
    return Figure(name="steady", value=value, unit="µs", most=most)


def whole(**sections: Section) -> Outcome:
    return Outcome({"cores": 2}, {"python": "3.11"}, True, sections)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "results" / "last.json"
    assert outcome.read(path) is None
    outcome.write(whole(a=section(cost(30.0))), path)
    assert outcome.read(path) == whole(a=section(cost(30.0)))


def test_rows_that_were_not_measured_again_stay() -> None:
    before = whole(a=section(cost(30.0)), b=section(cost(31.0)))
    together = whole(b=section(cost(29.0))).beside(before)
    values = {row: figure.value for (row, _), figure in together.figures().items()}
    assert values == {"a": 30.0, "b": 29.0}


def test_a_figure_is_held_against_the_committed_one() -> None:
    assert outcome.change(cost(33.0), cost(30.0)) == "+10 %"
    assert outcome.change(cost(27.0), cost(30.0)) == "-10 %"
    assert outcome.change(cost(27.0), None) == "–"
    assert outcome.change(cost(None), cost(30.0)) == "–"


def test_a_missed_target_has_a_line_of_its_own() -> None:
    found = whole(a=section(cost(30.0)), b=section(cost(41.26)), c=section(cost(50.0, None)))
    assert [*outcome.missed(found)] == ["MISSED  b: steady is 41.3 µs, target ≤ 35 µs"]
    committed = whole(b=section(cost(20.0))).figures()
    shown = outcome.report("b", found.sections["b"], committed).splitlines()
    assert " ".join(shown[-1].split()) == "steady 41.3 µs ≤ 35 µs 20 +106 % MISSED"


def test_numbers_have_three_digits() -> None:
    numbers = [0.123, 1.5, 12.34, 123.4, 1234.5, None]
    assert [*map(outcome.number, numbers)] == ["0.12", "1.5", "12.3", "123", "1,234", "–"]
