"""Measures what a streamed token costs.

    python -m bench.run [--rows NAME,…] [--quick] [--write] [--output FILE]

Starts a fake model server and puts loads on what stands in front of it, row by row; prints what
each row found beside what was committed, and keeps it as JSON. `bench/README.md` says how to read
it.
"""

from __future__ import annotations

import shutil
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from bench import machine, outcome, page, targets
from bench.machine import Cores, pinned
from bench.outcome import Outcome, Section
from bench.rows import ROWS
from bench.rows.base import Figure, Row
from bench.stage import FULL, QUICK, Stage
from tests.support.instance import ROOT
from tests.support.processes import start

RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"
COMMITTED = ROOT / "docs" / "performance.json"

_SMALL = "Small loads: no target counts."


def run(options: Namespace, committed: Mapping[tuple[str, str], Figure]) -> Outcome:
    """The rows that were asked for; each one is printed when it is known."""
    signal.signal(signal.SIGTERM, _end)
    cores = Cores.divide()
    versions = machine.versions(shutil.which("nginx"))
    sections = {}
    with TemporaryDirectory(prefix="chatapp-bench-") as name, pinned(cores.rig):
        model = start(targets.model_command(Path(name)))
        try:
            stage = Stage(Path(name), cores, model, QUICK if options.quick else FULL)
            for row in options.rows:
                sections[row.name] = _measured(row, stage, versions["chatapp"])
                print(outcome.report(row.name, sections[row.name], committed), flush=True)
        finally:
            model.end()
    return Outcome(machine.described(), versions, cores.apart, sections)


def _end(number: int, frame: object) -> None:
    """Leaves through every `finally`: what was started is ended."""
    sys.exit(128 + number)


def _measured(row: Row, stage: Stage, chatapp: str) -> Section:
    begun, date = monotonic(), datetime.now(UTC)
    found = row.measure(stage)
    return Section(row.title, date, round(monotonic() - begun, 1), chatapp, found)


def _keep(found: Outcome, path: Path) -> Outcome:
    """Puts what was found in the place of what was kept of the same rows; returns all of it."""
    before = outcome.read(path)
    order = [row.name for row in ROWS]
    kept = (found.beside(before) if before else found).ordered(order)
    outcome.write(kept, path)
    return kept


def _publish(kept: Outcome) -> None:
    PAGE.write_text(page.replaced(PAGE.read_text(), page.whole(kept)))
    PLOT.write_text(page.plot(kept))


def _options(argv: list[str]) -> Namespace:
    names = {row.name: row for row in ROWS}
    parser = ArgumentParser(prog="make bench", description="What a streamed token costs.")
    parser.add_argument("--rows", help=f"separated by commas: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="small loads: whether it works")
    write = "into docs/performance.*: what later runs are held against"
    parser.add_argument("--write", action="store_true", help=write)
    parser.add_argument("--output", type=Path, help="where the results are kept")
    options = parser.parse_args(argv)
    asked = options.rows.split(",") if options.rows else list(names)
    if unknown := [name for name in asked if name not in names]:
        parser.error(f"no such row: {', '.join(unknown)}")
    if options.write and options.quick:
        parser.error("small loads are not worth writing down")
    options.rows = [names[name] for name in asked]
    options.output = options.output or RESULTS / ("quick.json" if options.quick else "last.json")
    return options


def main(argv: list[str]) -> int:
    """Runs the benchmark; 1 where an answer was not whole."""
    options = _options(argv)
    committed = outcome.read(COMMITTED)
    found = run(options, committed.figures() if committed else {})
    _keep(found, options.output)
    if options.write:
        _publish(_keep(found, COMMITTED))
    verdict = [_SMALL] if options.quick else outcome.missed(found)
    print("", outcome.facts(found), *verdict, sep="\n")
    if not found.server_has_own_core:
        print("One core for everything: times are those of a busy machine.")
    return int(found.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
