"""The rows of the table: their arithmetic, and some of them on real servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import targets
from bench.load import Report, Times
from bench.machine import Cores, pinned
from bench.measure import Result
from bench.rows import ROWS
from bench.rows.base import Figure, Found, Row, median, more, ratio, steady
from bench.stage import QUICK, Stage
from tests.support.processes import started

QUIET = Times(1.0, 2.0, 3.0)


def result(target: str = "native", *, us: float | None = 50.0, ms: float = 3.0) -> Result:
    load = Report(10, 10, {}, 1500, QUIET, QUIET, QUIET, 9.0, 0.1)
    return Result(target, load, 0.1, us, ms, 60.0, 70.0, 0.0, 1.0)


def test_steady_is_all_in_less_the_request() -> None:
    assert steady(result(us=50.0), result(ms=3.0)) == 30.0  # 3 ms over 150 deltas are 20 µs each


def test_what_was_not_measured_has_no_figure() -> None:
    assert steady(result(us=None), result()) is None
    assert (ratio(None, 2.0), ratio(2.0, None), ratio(2.0, 0.0)) == (None, None, None)
    assert (more(3.0, 2.0), more(None, 2.0)) == (1.0, None)
    assert (median([3.0, 1.0, 2.0]), median([1.0, None]), median([])) == (2.0, None, None)


@pytest.mark.parametrize(
    ("value", "most", "least", "met"),
    [
        (35.0, 35.0, None, True),
        (35.1, 35.0, None, False),
        (1.9, None, 1.9, True),
        (1.8, None, 1.9, False),
        (1.0, None, None, None),
        (None, 35.0, None, None),
    ],
)
def test_a_target_is_met_or_missed(
    value: float | None, most: float | None, least: float | None, met: bool | None
) -> None:
    assert Figure(name="x", value=value, unit="µs", most=most, least=least).met is met


@pytest.mark.parametrize(
    ("gap", "failures", "real"), [(249.0, {}, True), (250.0, {}, False), (9.0, {"cut": 1}, False)]
)
def test_real_time_is_what_nobody_notices(gap: float, failures: dict[str, int], real: bool) -> None:
    load = Report(10, 10, failures, 1500, QUIET, Times(1.0, gap, gap), QUIET, 9.0, 0.1)
    assert load.in_real_time is real


def test_rows_have_names_of_their_own() -> None:
    names = [row.name for row in ROWS]
    assert len({*names}) == len(names)
    assert all(row.title for row in ROWS)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("bench")
    cores = Cores.divide()
    with pinned(cores.rig), started(targets.model_command(folder)) as model:
        yield Stage(folder, cores, model, QUICK)


def found(stage: Stage, name: str) -> Found:
    (row,) = (row for row in ROWS if row.name == name)
    return checked(row, stage)


def checked(row: Row, stage: Stage) -> Found:
    """What a row finds; no answer failed, and nothing that is shown is missing."""
    found = row.measure(stage)
    assert [load.result.load.failures for load in found.loads if load.result.load.failures] == []
    assert [figure.name for figure in found.figures if figure.value is None] == []
    return found


def test_all_contenders_stand_beside_each_other(stage: Stage) -> None:
    there = ["nginx"] if stage.nginx else []
    found_here = found(stage, "streams-200")
    measured = [load.result.target for load in found_here.loads]
    assert measured == [*there, "tutorial", "native", "/v1"] * 2
    costs = {figure.name: figure.value for figure in found_here.figures}
    assert all(cost for name, cost in costs.items() if name.endswith("all in"))


def test_a_reader_more_costs_less_than_the_first(stage: Stage) -> None:
    one, ten = (figure.value or 0 for figure in found(stage, "readers").figures)
    assert 0 < ten < one
