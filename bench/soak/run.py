"""One run: how many the server can serve, then fewer of them for long, then nobody."""

from __future__ import annotations

import asyncio
from time import monotonic

from bench.soak.crowd import Crowd
from bench.soak.held import when_calm
from bench.soak.ledger import compare
from bench.soak.locks import lock_now_and_then
from bench.soak.samples import EVERY, Sample, Watch
from bench.soak.server import Server
from bench.soak.verdict import Evidence
from bench.soak.world import World
from tests.chaos.run import COMPLAINTS

SHARE = 0.6
"""How many come of those whom the server could serve."""

STEP, MOST = 100, 2000
"""People who come at a time while the capacity is sought, and all of them."""

BUSY = 0.95
"""The share of its core's time from which on a server can take no more."""

GAP = 250.0
"""Milliseconds between two words, at the 99th of 100, from which on people would notice."""

TOLD = 12
"""Samples from one line about the progress to the next."""

ARRIVAL = 5.0
"""Seconds in which people come."""


class WorkerGone(Exception):
    """The worker that is watched has ended; the text is the end of its log."""


class Soak:
    """The run; `capacity` and `load` are numbers of people."""

    def __init__(self, server: Server, minutes: float) -> None:
        self.world = World(server.port, server.database, server.cookie, server.models)
        self.capacity = self.load = 0
        self._server = server
        self._seconds = minutes * 60
        self._worker = server.worker
        self._watch = Watch(self.world, server.program.pid, self._worker)

    async def run(self, capacity: int | None) -> Evidence:
        """All of it. The capacity is found out unless it is given.

        Raises `WorkerGone`.
        """
        try:
            return await self._run(capacity)
        except (FileNotFoundError, ProcessLookupError) as error:
            raise WorkerGone(self._server.log[-2000:]) from error

    async def _run(self, capacity: int | None) -> Evidence:
        """The same, for as long as the worker lives.

        The search fills every pool and cache as far as the load later can, so that what is held
        before and after the load can be compared.
        """
        self.capacity = capacity or await self._find_capacity()
        self.load = max(round(SHARE * self.capacity), 1)
        if capacity:
            await self._soak(capacity, ARRIVAL * 3)
        before = await when_calm(self._worker, self._server.census)
        samples = await self._soak(self.load, self._seconds)
        after = await when_calm(self._worker, self._server.census)
        return Evidence(samples, before, after, dict(self.world.ledger.failures), self._wrong())

    async def _find_capacity(self) -> int:
        """Lets in more and more, until the core is busy all the time, or words come late."""
        crowd = Crowd(self.world, self._server.doors)
        fine = 0
        for people in range(STEP, MOST + 1, STEP):
            await crowd.grow(people, ARRIVAL)
            await self._watch.look()
            await asyncio.sleep(EVERY)
            seen = await self._watch.look()
            print(f"{people} people: {_told(seen)}", flush=True)
            if not _copes(seen):
                break
            fine = people
        await crowd.go_home()
        return fine or STEP

    async def _soak(self, people: int, seconds: float) -> list[Sample]:
        """Lets so many be there for so long, and looks on."""
        crowd = Crowd(self.world, self._server.doors)
        locking = asyncio.create_task(lock_now_and_then(self.world))
        self._watch.begin()
        until = monotonic() + seconds
        arriving = asyncio.create_task(crowd.grow(people, min(ARRIVAL, seconds / 2)))
        samples = []
        while monotonic() < until:
            await asyncio.sleep(min(EVERY, until - monotonic()))
            samples.append(await self._watch.look())
            if len(samples) % TOLD == 0:
                print(f"{samples[-1].at / 60:.0f} min: {_told(samples[-1])}", flush=True)
        locking.cancel()
        await asyncio.gather(arriving, crowd.go_home())
        return samples

    def _wrong(self) -> list[str]:
        """What is wrong with what is stored, and what should not be in the log."""
        found = compare(self._server.database, self.world.ledger)
        found += [f"{word!r} in the log" for word in COMPLAINTS if word in self._server.log]
        if self._server.program.children() != [self._worker]:
            found.append("the worker is another one than in the beginning")
        return found


def _told(sample: Sample) -> str:
    gap = "–" if sample.gap_p99 is None else f"{sample.gap_p99:.0f}"
    return (
        f"core busy {sample.busy:.0%}, {sample.lines} streams, gap p99 {gap} ms, "
        f"{sample.pss:.1f} MB, {sample.worker.descriptors} descriptors"
    )


def _copes(sample: Sample) -> bool:
    return sample.busy < BUSY and (sample.gap_p99 or 0.0) < GAP
