"""Measures what a streamed token costs.

    python -m bench.run [--streams 1,50,200,1000] [--quick] [--output FILE]

Starts a fake model server, nginx in front of it, and chatapp in front of it, puts the same loads
on each, prints a table and writes it as JSON. `bench/README.md` says how to read it.
"""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from bench import machine, outcome, targets
from bench.machine import Cores, pinned
from bench.measure import Rig, Shape
from bench.outcome import Level, Outcome
from bench.targets import Target
from tests.support.instance import ROOT, Instance
from tests.support.processes import Command, Program, start

LOAD, QUICK, SHORT = targets.BEHAVIOURS
_WARM_UP = 20


class Bench:
    """The programs of one run, and the loads put on them."""

    def __init__(self, folder: Path, cores: Cores, model: Program) -> None:
        self._folder = folder
        self._cores = cores
        self._model = targets.model_itself(model)
        self._instance = Instance(folder, targets.chatapp_settings(model))
        self._rig = Rig(model.port)
        self._nginx = shutil.which("nginx")

    def run(self, options: Namespace) -> Outcome:
        """All of it, in the order of the table."""
        starts = [self._time_start() for _ in range(1 if options.quick else 3)]
        idle = self._idle_memory()
        levels = [self._level("in turn", Shape(_WARM_UP, SHORT, None))]
        levels += [self._level(f"{n:,}", _shape(n, options.quick)) for n in options.streams]
        return Outcome(
            date=datetime.now(UTC),
            machine=machine.described(),
            versions=machine.versions(self._nginx),
            server_has_own_core=self._cores.apart,
            start_s=starts,
            idle_pss_mb=idle,
            levels=levels,
        )

    def _level(self, title: str, shape: Shape) -> Level:
        results = [self._rig.measure(self._model, shape)]
        if self._nginx:
            with self._floor(self._nginx) as target:
                results.append(self._rig.measure(target, shape))
        with self._chatapp() as target:
            results.append(self._rig.measure(target, shape))
        return Level(title, results)

    def _time_start(self) -> float:
        begun = monotonic()
        with self._serving(self._instance.gunicorn()) as program:
            _wait_until_healthy(program)
            return round(monotonic() - begun, 3)

    def _idle_memory(self) -> float:
        with self._chatapp() as target:
            return round(machine.proportional(machine.tree(target.program.pid)) / 1e6, 1)

    @contextmanager
    def _chatapp(self) -> Iterator[Target]:
        with self._serving(self._instance.gunicorn()) as program:
            _wait_until_healthy(program)
            target = targets.chatapp(self._instance, program)
            self._rig.measure(target, Shape(_WARM_UP, SHORT, None))
            yield target

    @contextmanager
    def _floor(self, binary: str) -> Iterator[Target]:
        command = targets.floor_command(binary, self._folder, self._model.program)
        with self._serving(command) as program:
            yield targets.floor(program)

    @contextmanager
    def _serving(self, command: Command) -> Iterator[Program]:
        with pinned(self._cores.server):
            program = start(command)
        try:
            yield program
        finally:
            program.end()


def _shape(streams: int, quick: bool) -> Shape:
    return Shape(streams, QUICK, 1.0) if quick else Shape(streams, LOAD, 4.0)


def _wait_until_healthy(program: Program) -> None:
    connection = HTTPConnection("127.0.0.1", program.port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != 200:
        raise RuntimeError(f"/healthz says {status}\n{program.log[-2000:]}")


def model_command(folder: Path) -> Command:
    """How to start the fake model server, with its log in `folder`."""

    def argv(port: int) -> list[str]:
        return [sys.executable, "-m", "bench.model_server", str(port)]

    return Command(argv, log=folder / "model.log", cwd=ROOT)


def _options() -> Namespace:
    parser = ArgumentParser(prog="make bench", description="What a streamed token costs.")
    parser.add_argument("--streams", help="numbers of streams, separated by commas")
    parser.add_argument("--quick", action="store_true", help="50 deltas, fewer streams, one start")
    parser.add_argument("--output", type=Path, default=ROOT / "bench" / "results" / "last.json")
    options = parser.parse_args()
    streams = options.streams or ("1,50" if options.quick else "1,50,200,1000")
    options.streams = [int(number) for number in streams.split(",")]
    return options


def main() -> int:
    """Runs the benchmark; 1 where a stream failed."""
    options = _options()
    cores = Cores.divide()
    with TemporaryDirectory(prefix="chatapp-bench-") as name, pinned(cores.rig):
        model = start(model_command(Path(name)))
        try:
            found = Bench(Path(name), cores, model).run(options)
        finally:
            model.end()
    outcome.write(found, options.output)
    print(outcome.table(found))
    return int(any(result.load.failures for level in found.levels for result in level.results))


if __name__ == "__main__":
    sys.exit(main())
