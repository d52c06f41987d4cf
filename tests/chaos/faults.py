"""What goes wrong: at moments and in ways that a seed draws."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import TypeAlias

from tests.support.databases import url_at, wait_until_ready
from tests.support.reader import Reader
from tests.support.restartable import Restartable
from tests.support.site import Site

Fault: TypeAlias = Callable[[Random], Awaitable[None]]
"""Each has a source of chance of its own, so that a seed draws the same whatever comes first."""

SHARE = 0.4
"""The share of all lines that break at once."""

ABSENCE = 1.5
"""Seconds for which something is away at most before it is started again."""

SETTLING = 1.0
"""Seconds after an absence of the database until ticks have kept again all that there is.

What dies before that loses more than a tick, and is not what the half second is promised for.
"""


class Faults:
    """Breaks a site; `done` counts what was done.

    `readers` gives those who read just now.
    """

    def __init__(self, site: Site, seed: int, readers: Callable[[], Sequence[Reader]]) -> None:
        self.done: Counter[str] = Counter()
        self._site = site
        self._seed = seed
        self._random = Random(seed)
        self._readers = readers
        self._database = asyncio.Lock()
        self._redis = asyncio.Lock()
        self._nodes = [asyncio.Lock() for _ in site.nodes]

    async def happen(self, count: int, spread: float) -> None:
        """Lets so many faults happen within so many seconds, and returns when all is up again."""
        moments = [self._random.uniform(0, spread) for _ in range(count)]
        await asyncio.gather(*map(self._at, moments, self._faults(count)))

    async def _at(self, moment: float, fault: Fault) -> None:
        random = Random(f"{self._seed} {moment}")
        await asyncio.sleep(moment)
        await fault(random)

    def _faults(self, count: int) -> list[Fault]:
        """So many faults, of each kind as many as of the others."""
        kinds: list[Fault] = [self.kill_worker, self.break_lines, self.cut_model]
        kinds += [self.restart_postgres] if self._site.postgres else []
        kinds += [self.restart_redis] if self._site.redis else []
        kinds += [self.kill_node, self.end_node]
        return [kinds[number % len(kinds)] for number in range(count)]

    async def kill_worker(self, random: Random) -> None:
        """SIGKILL: whatever the worker wrote loses its process."""
        node = self._choose_node(random)
        async with self._nodes[node], self._database:
            while not (workers := self._site.nodes[node].program.children()):
                await asyncio.sleep(0.02)
            os.kill(random.choice(workers), signal.SIGKILL)
        self.done["workers killed (SIGKILL)"] += 1

    async def kill_node(self, random: Random) -> None:
        """SIGKILL for all processes of a node, as when its machine dies."""
        node = self._choose_node(random)
        async with self._nodes[node]:
            async with self._database:
                self._site.nodes[node].kill_all()
            await self._come_back(random, self._site.nodes[node])
        self.done["nodes killed (SIGKILL)"] += 1

    async def end_node(self, random: Random) -> None:
        """SIGTERM: the node writes its answers to their ends."""
        node = self._choose_node(random)
        async with self._nodes[node]:
            await asyncio.to_thread(self._site.nodes[node].kill, signal.SIGTERM)
            await self._come_back(random, self._site.nodes[node])
        self.done["nodes told to end (SIGTERM)"] += 1

    async def break_lines(self, random: Random) -> None:
        """Readers lose their connections."""
        for reader in self._readers():
            if random.random() < SHARE:
                reader.drop()
        self.done[f"breaks of {SHARE:.0%} of all readers' lines"] += 1

    async def cut_model(self, random: Random) -> None:
        """The model's server resets connections."""
        await asyncio.to_thread(self._site.model.cut, lambda: random.random() < SHARE)
        self.done[f"resets of {SHARE:.0%} of all lines to the model"] += 1

    async def restart_redis(self, random: Random) -> None:
        """Redis is killed, and comes back empty."""
        assert self._site.redis
        async with self._redis:
            await asyncio.to_thread(self._site.redis.kill)
            await self._come_back(random, self._site.redis)
        self.done["deaths of Redis with its data"] += 1

    async def restart_postgres(self, random: Random) -> None:
        """PostgreSQL cuts all connections, in good order or as in a crash, and comes back."""
        postgres = self._site.postgres
        assert postgres
        how = random.choice([signal.SIGINT, signal.SIGQUIT])
        async with self._database:
            await asyncio.to_thread(postgres.kill, how)
            await self._come_back(random, postgres)
            await asyncio.to_thread(wait_until_ready, url_at(postgres.port))
            await asyncio.sleep(SETTLING)
        self.done["restarts of PostgreSQL, half of them crashes"] += 1

    def _choose_node(self, random: Random) -> int:
        """A node that is up, where there is one."""
        up = [number for number, lock in enumerate(self._nodes) if not lock.locked()]
        return random.choice(up or range(len(self._nodes)))

    async def _come_back(self, random: Random, program: Restartable) -> None:
        await asyncio.sleep(random.uniform(0, ABSENCE))
        await asyncio.to_thread(program.restart)
