"""Many people at once, each of whom does one thing after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import TypeAlias

from bench.soak import asking, visits
from bench.soak.person import Person
from bench.soak.world import World
from tests.support.door import Broken, Door, Refused

Act: TypeAlias = Callable[[Person, str], Awaitable[None]]

ACTS: dict[str, tuple[int, Act]] = {
    "answers read": (46, asking.read),
    "completions read": (16, asking.read_completion),
    "readers that came back with a cursor": (8, asking.come_back),
    "readers that left": (4, asking.leave),
    "completions left": (2, asking.leave_completion),
    "answers stopped": (4, asking.stop),
    "slow readers": (2, asking.read_slowly),
    "answers of a model that fails": (5, asking.suffer),
    "completions of a model that fails": (2, asking.suffer_completion),
    "pages": (5, visits.look),
    "searches": (3, visits.search),
    "uploads broken off": (1, visits.upload_half),
    "malformed requests": (2, visits.misspeak),
}
"""What people do, and how many of a hundred times."""

PAUSE = 1.0
"""Seconds for which people think at most before they do the next thing."""

_WEIGHTS = [weight for weight, _ in ACTS.values()]


class Crowd:
    """The people; they go home when all is over, each after what they are about."""

    def __init__(self, world: World, doors: Sequence[Door]) -> None:
        self._world = world
        self._doors = doors
        self._tasks: list[asyncio.Task[None]] = []

    async def grow(self, people: int, seconds: float) -> None:
        """Lets so many be there, the new ones coming within so many seconds."""
        more = people - len(self._tasks)
        for _ in range(more):
            number = len(self._tasks)
            person = Person(self._world, self._doors[number % len(self._doors)], Random(number))
            self._tasks.append(asyncio.create_task(live(person)))
            await asyncio.sleep(seconds / more)

    async def go_home(self) -> None:
        """Returns when everybody has finished. Raises what should not have happened to them."""
        self._world.over = True
        await asyncio.gather(*self._tasks)
        self._tasks.clear()
        self._world.over = False


async def live(person: Person) -> None:
    """Does one thing after the other until it is over, and finishes the last."""
    while not person.world.over:
        ((act, (_, do)),) = person.random.choices([*ACTS.items()], _WEIGHTS)
        try:
            await do(person, act)
        except (Broken, Refused) as error:
            person.world.ledger.note(act, f"{type(error).__name__}: {error}", ("whole",))
        await asyncio.sleep(person.random.uniform(0, PAUSE))
