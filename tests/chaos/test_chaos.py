"""Many answers under faults, for one seed; `make chaos` does far more."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.run import Plan, run

PLAN = Plan(seed=4, answers=40, faults=8, spread=12.0)


def test_no_answer_is_lost_doubled_or_left_hanging() -> None:
    with TemporaryDirectory() as folder:
        outcome = run(PLAN, Path(folder))
    assert outcome.wrong == []
    assert len(outcome.answers) == PLAN.answers
    assert sum(outcome.done.values()) == PLAN.faults
    assert outcome.statuses["complete"] > 0
