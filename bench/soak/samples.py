"""What a server holds, every five seconds, by what the system says of its processes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

import msgspec

from bench import machine
from bench.soak.times import Window
from bench.soak.world import World

EVERY = 5.0
"""Seconds between two samples."""


class Process(msgspec.Struct, frozen=True):
    """One process; sizes in MB."""

    pss: float
    rss: float
    descriptors: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Process:
        """What the system says of it now."""
        return cls(
            round(machine.proportional([pid]) / 1e6, 2),
            round(machine.resident([pid]) / 1e6, 2),
            len(list(Path(f"/proc/{pid}/fd").iterdir())),
            len(list(Path(f"/proc/{pid}/task").iterdir())),
        )


class Sample(msgspec.Struct, frozen=True):
    """Some seconds: `at` is their end in seconds; `busy` and `waited` are shares of them.

    Waiting is being ready while something else has the core. Times are in ms, sizes in MB.
    """

    at: float
    master: Process
    worker: Process
    busy: float
    waited: float
    lines: int
    gaps_per_second: float
    gap_p99: float | None
    first_p99: float | None
    database: float
    wal: float

    @property
    def pss(self) -> float:
        """Of both processes."""
        return self.master.pss + self.worker.pss


class Watch:
    """Looks at a master and its worker."""

    def __init__(self, world: World, master: int, worker: int) -> None:
        self._world = world
        self._pids = (master, worker)
        self.begin()

    def begin(self) -> None:
        """From now on it counts."""
        self._world.window = Window()
        self._begun = monotonic()
        self._last = self._spent()

    async def look(self) -> Sample:
        """What has been since the last look; the times of the world begin anew."""
        before, self._last = self._last, self._spent()
        window, self._world.window = self._world.window, Window()
        master, worker = await asyncio.to_thread(lambda: [*map(Process.of, self._pids)])
        at, cpu, waited = self._last
        seconds = at - before[0]
        return Sample(
            at=round(at - self._begun, 1),
            master=master,
            worker=worker,
            busy=round((cpu - before[1]) / seconds, 3),
            waited=round((waited - before[2]) / seconds, 3),
            lines=self._world.lines,
            gaps_per_second=round(window.gap.count / seconds),
            gap_p99=window.gap.quantile(0.99),
            first_p99=window.first.quantile(0.99),
            database=_size(self._world.database),
            wal=_size(self._world.database.with_name(self._world.database.name + "-wal")),
        )

    def _spent(self) -> tuple[float, float, float]:
        """Now, and the seconds that the processes have used, and waited, until now."""
        pids = [*self._pids]
        return monotonic(), machine.cpu_seconds(pids), machine.waited_seconds(pids)


def _size(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 2) if path.exists() else 0.0
