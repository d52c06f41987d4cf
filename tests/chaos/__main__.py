"""The full runs: print their tables, and write them as JSON and into the page for hosts.

python -m tests.chaos [--answers 300] [--faults 60] [--spread 90]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos import page
from tests.chaos.run import Plan, run
from tests.chaos.times import measure
from tests.chaos.verdict import Outcome
from tests.support.site import BACKENDS, Backend

RUNS: tuple[tuple[int, Backend], ...] = ((1, "redis"), (2, "redis"), (3, "redis"), (4, "sqlite"))
"""The seeds, and what the nodes rely on."""


def main() -> int:
    """Runs everything; 1 where anything is wrong with any answer."""
    options = _options()
    outcomes = [
        _run(Plan(seed, options.answers, options.faults, options.spread, backend))
        for seed, backend in RUNS
    ]
    rows = [outcome.as_json() for outcome in outcomes]
    page.keep("chaos", rows, f"{page.table(rows, page.CHAOS)}\n\n{page.kinds(rows)}")
    times = [_measure(backend) for backend in BACKENDS]
    page.keep("times", times, page.table(times, page.TIMES))
    _say(page.table(rows, page.CHAOS))
    _say(page.table(times, page.TIMES))
    wrong = [words for outcome in outcomes for words in (*outcome.wrong, *outcome.late)]
    _say("\n".join(wrong) or "Nothing is wrong with any answer.")
    return len(wrong) > 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--answers", type=int, default=300, help="answers of each run")
    parser.add_argument("--faults", type=int, default=60, help="faults of each run")
    parser.add_argument("--spread", type=float, default=90, help="seconds in which they happen")
    return parser.parse_args()


def _run(plan: Plan) -> Outcome:
    with TemporaryDirectory() as folder:
        outcome = run(plan, Path(folder))
    _say(f"seed {plan.seed}: {len(outcome.wrong)} wrong of {dict(outcome.statuses)}")
    return outcome


def _measure(backend: Backend) -> dict[str, object]:
    with TemporaryDirectory() as folder:
        return measure(backend, Path(folder)).as_json()


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
