"""Where rows are measured: a model server, an installation, and servers on a core of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from time import sleep

from bench import targets
from bench.machine import Cores, pinned
from bench.measure import Result, Rig, Shape
from bench.script import Behaviour
from bench.targets import Target
from tests.support.instance import Instance
from tests.support.processes import Command, Program, start, started

_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Size:
    """How large the loads are; a load has `most` streams at once.

    `settle` is for a worker that loads what its first answer need not wait for, in seconds.
    """

    load: Behaviour
    awaited: Behaviour
    ramp: float
    in_turn: int
    rounds: int
    most: int
    settle: float

    def shape(self, streams: int) -> Shape:
        """A load of so many streams, or of as many as are allowed."""
        return Shape(min(streams, self.most), self.load, self.ramp)

    @property
    def one_by_one(self) -> Shape:
        """Short answers, one after the other."""
        return Shape(self.in_turn, targets.SHORT, None)


FULL = Size(targets.LOAD, targets.AWAITED, 4.0, in_turn=100, rounds=3, most=10_000, settle=1.5)
QUICK = Size(targets.QUICK, targets.QUICK_AWAITED, 0.1, in_turn=5, rounds=1, most=20, settle=0.1)


class Stage:
    """The programs of one run. What is started here runs on the server's core."""

    def __init__(self, folder: Path, cores: Cores, model: Program, size: Size) -> None:
        self.folder = folder
        self.cores = cores
        self.model = model
        self.size = size
        self.nginx = shutil.which("nginx")
        self._served = count()
        self._rig = Rig(model.port, size.settle / 3)

    @cached_property
    def instance(self) -> Instance:
        """chatapp with SQLite; rows that need it otherwise make their own."""
        return Instance(self.folder, targets.chatapp_settings(self.model))

    def measure(self, target: Target, shape: Shape) -> Result:
        """Puts a load on a target."""
        return self._rig.measure(target, shape)

    def request(self, target: Target) -> Result:
        """Short answers in turn: `ms_per_request` is what one costs that hardly says anything."""
        return self.measure(target, self.size.one_by_one)

    def warm_up(self, target: Target) -> None:
        """A few answers, so that nothing is done for the first time when it is measured."""
        self.measure(target, Shape(min(_WARM_UP, self.size.in_turn), targets.SHORT, None))

    @contextmanager
    def contenders(self) -> Iterator[list[Target]]:
        """All that stand beside each other in one run, each one warm."""
        with ExitStack() as running:
            found = []
            if self.nginx:
                found.append(running.enter_context(self.floor(self.nginx)))
            found.append(running.enter_context(self.tutorial()))
            found += running.enter_context(self.chatapp())
            for target in found:
                self.warm_up(target)
            yield found

    @contextmanager
    def floor(self, binary: str) -> Iterator[Target]:
        """nginx in front of the model server."""
        with self.serving(targets.floor_command(binary, self.folder, self.model)) as program:
            yield targets.floor(program)

    @contextmanager
    def tutorial(self) -> Iterator[Target]:
        """The app that everybody writes first."""
        with self.serving(targets.tutorial_command(self.instance)) as program:
            yield targets.tutorial(program)

    @contextmanager
    def chatapp(self) -> Iterator[list[Target]]:
        """A fresh worker, healthy, asked by a native send and as a Chat Completion."""
        with self.served(self.instance) as program:
            yield [self.native(program), targets.completions(self.instance, program)]

    def native(self, program: Program) -> Target:
        """A native send to a server of the installation."""
        return targets.chatapp(self.instance, program)

    @contextmanager
    def served(self, instance: Instance) -> Iterator[Program]:
        """An installation's own gunicorn, healthy; there may be several of one installation."""
        log = instance.folder / f"gunicorn-{next(self._served)}.log"
        with self.serving(replace(instance.gunicorn(), log=log)) as program:
            wait_until_healthy(program)
            sleep(self.size.settle)
            yield program

    @contextmanager
    def front(self, binary: str, *, tls: bool) -> Iterator[dict[str, str]]:
        """nginx in front of the model server, on the rig's core; what tells chatapp to ask it."""
        folder = self.folder / ("tls" if tls else "plain")
        folder.mkdir()
        command = targets.floor_command(binary, folder, self.model, tls=tls)
        with started(command) as program:
            url = f"http{'s' * tls}://127.0.0.1:{program.port}/v1"
            yield {"OPENAI_BASE_URL": url, "SSL_CERT_FILE": str(targets.CERTIFICATE)}

    @contextmanager
    def serving(self, command: Command) -> Iterator[Program]:
        """A program on the server's core, for as long as the block lasts."""
        with pinned(self.cores.server):
            program = start(command)
        try:
            yield program
        finally:
            program.end()


def variant(instance: Instance, env: Mapping[str, str]) -> Instance:
    """The same installation with some settings that are different."""
    varied = copy(instance)
    varied.env = instance.env | dict(env)
    return varied


def wait_until_healthy(program: Program) -> None:
    """Returns once the server answers. Raises `RuntimeError` where it is not well."""
    connection = HTTPConnection("127.0.0.1", program.port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != 200:
        raise RuntimeError(f"/healthz says {status}\n{program.log[-2000:]}")
