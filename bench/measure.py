"""Measures a running server: one load, and what it cost the server's processes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from http.client import HTTPConnection
from tempfile import TemporaryFile
from time import sleep

import msgspec

from bench import machine
from bench.load import Plan, Report
from bench.script import Behaviour
from bench.targets import Target
from tests.support.instance import ROOT

_SETTLE = 0.5
"""Seconds in which a server finishes what its readers do not wait for."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A load: so many streams, of that behaviour, started within `ramp` seconds.

    With `ramp` None one follows the other.
    """

    streams: int
    behaviour: Behaviour
    ramp: float | None

    @property
    def middle(self) -> float:
        """Seconds after which every stream has started and none has ended."""
        return ((self.ramp or 0.0) + self.behaviour.deltas / self.behaviour.rate) / 2


class Result(msgspec.Struct, frozen=True):
    """One load on one target. Costs are of the server's processes, set-up of requests included.

    `kb_per_stream` is what they hold more of their own while all streams are open (Pss_Anon).
    `waited_s` is how long they stood ready while other work had their core, `late_ms` the worst
    delay of the model server: where either is large, the machine was busy and times mean little.
    """

    target: str
    load: Report
    cpu_s: float
    us_per_delta: float | None
    ms_per_request: float
    kb_per_stream: float
    rss_kb_per_stream: float
    waited_s: float
    late_ms: float


@dataclass(frozen=True, slots=True)
class _Usage:
    cpu: float
    waited: float
    own: int
    rss: int

    @classmethod
    def of(cls, pids: list[int]) -> _Usage:
        return cls(
            machine.cpu_seconds(pids),
            machine.waited_seconds(pids),
            machine.proportional(pids, "Pss_Anon"),
            machine.resident(pids),
        )


class Rig:
    """The load client and the model server's own account of itself."""

    def __init__(self, model_port: int, settle: float = _SETTLE) -> None:
        self._model_port = model_port
        self._settle = settle

    def measure(self, target: Target, shape: Shape) -> Result:
        """Puts the load on the target. What must exist before is made before."""
        plan = _plan(target, shape)
        pids = machine.tree(target.program.pid)
        self._lateness()
        before = _Usage.of(pids)
        report, middle = self._watched(plan, shape, pids)
        sleep(self._settle)
        after = _Usage.of(pids)
        cpu = after.cpu - before.cpu
        return Result(
            target=target.name,
            load=report,
            cpu_s=round(cpu, 4),
            us_per_delta=round(cpu * 1e6 / report.deltas, 1) if report.deltas else None,
            ms_per_request=round(cpu * 1000 / shape.streams, 2),
            kb_per_stream=round((middle.own - before.own) / 1000 / shape.streams, 1),
            rss_kb_per_stream=round((middle.rss - before.rss) / 1000 / shape.streams, 1),
            waited_s=round(after.waited - before.waited, 2),
            late_ms=self._lateness(),
        )

    def _watched(self, plan: Plan, shape: Shape, pids: list[int]) -> tuple[Report, _Usage]:
        with TemporaryFile() as written:
            written.write(msgspec.json.encode(plan))
            written.seek(0)
            argv = [sys.executable, "-m", "bench.load"]
            client = subprocess.Popen(argv, cwd=ROOT, stdin=written, stdout=subprocess.PIPE)
        with client:
            sleep(shape.middle)
            middle = _Usage.of(pids)
            said, _ = client.communicate()
        return msgspec.json.decode(said, type=Report), middle

    def _lateness(self) -> float:
        connection = HTTPConnection("127.0.0.1", self._model_port, timeout=10)
        try:
            connection.request("GET", "/stats")
            return float(msgspec.json.decode(connection.getresponse().read())["late_ms"])
        finally:
            connection.close()


def _plan(target: Target, shape: Shape) -> Plan:
    return Plan(
        port=target.program.port,
        dialect=target.dialect,
        deltas=shape.behaviour.deltas,
        rate=shape.behaviour.rate,
        asks=target.asks(shape.streams, shape.behaviour),
        ramp=shape.ramp,
    )
