"""What the people of a soak do, each thing once, to a server and a model of their own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from bench.machine import Cores
from bench.script import Behaviour
from bench.soak import asking
from bench.soak.crowd import ACTS, Crowd
from bench.soak.held import Held, when_calm
from bench.soak.ledger import compare
from bench.soak.locks import lock_now_and_then
from bench.soak.model import FAULTY
from bench.soak.person import Person
from bench.soak.samples import Watch
from bench.soak.server import Server, serving
from bench.soak.world import World

QUICK = (Behaviour(200, 20), Behaviour(200, 100))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("soak"), Cores.divide(), QUICK) as server:
        yield server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    """One for all tests: in the end its books are held against the whole database."""
    return World(server.port, server.database, server.cookie, server.models)


class Determined(Random):
    """Chooses the same among what it is given, again and again."""

    def __init__(self, wanted: str) -> None:
        super().__init__(0)
        self._wanted = wanted

    def choice(self, among: object) -> object:  # type: ignore[override]
        """What is wanted, where it is there."""
        options = list(among)  # type: ignore[call-overload]
        return self._wanted if self._wanted in options else options[0]


def test_everything_that_people_do_ends_as_it_may(server: Server, world: World) -> None:
    async def do() -> Held:
        people = [Person(world, door, Random(n)) for n, door in enumerate(server.doors)]
        acts = [
            do(person, act) for person, (act, (_, do)) in zip(people, ACTS.items(), strict=False)
        ]
        door = server.doors[-1]
        acts += [asking.suffer(Person(world, door, Determined(name)), name) for name in FAULTY]
        await asyncio.gather(*acts)
        return await when_calm(server.worker, server.census)

    before, known = world.ledger.done.copy(), len(world.ledger.answers)
    held = asyncio.run(do())
    assert world.ledger.failures == {}
    assert world.ledger.done - before == Counter([*ACTS, *FAULTY])
    assert len(world.ledger.answers) == known + 6 + len(FAULTY)
    assert compare(server.database, world.ledger) == []
    assert world.lines == 0
    assert held.greenlets
    assert held.descriptors["chatapp.db"] > 0


def test_a_crowd_comes_is_watched_and_goes_home(server: Server, world: World) -> None:
    async def live() -> tuple[int, float]:
        crowd = Crowd(world, server.doors)
        watch = Watch(world, server.program.pid, server.worker)
        locking = asyncio.create_task(lock_now_and_then(world))
        await crowd.grow(6, 1.0)
        sample = await watch.look()
        await crowd.go_home()
        locking.cancel()
        return sample.worker.descriptors, sample.pss

    descriptors, megabytes = asyncio.run(live())
    assert world.ledger.failures == {}
    assert world.ledger.done.total() >= 6
    assert world.window.gap.count > 0
    assert descriptors > 5
    assert megabytes > 20
