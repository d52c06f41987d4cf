"""What people do with answers, and what is done to answers."""

from __future__ import annotations

import asyncio

from bench.script import Behaviour
from bench.soak.line import LEFT, WHOLE, Line
from bench.soak.model import FAULTY
from bench.soak.person import Person
from tests.support.door import check

BROKEN = Behaviour(25, 50)
"""What a model that fails would have said."""

PAUSE = 2.0
"""Seconds for which a reader stays away at most."""


async def read(person: Person, act: str) -> None:
    behaviour = person.behaviour()
    await person.finish(act, await person.ask(behaviour), behaviour)


async def read_completion(person: Person, act: str) -> None:
    behaviour = person.behaviour()
    await person.finish(act, await person.complete(behaviour), behaviour)


async def come_back(person: Person, act: str) -> None:
    behaviour = person.behaviour()
    line = await person.ask(behaviour)
    if await line.hear(person.somewhere(behaviour)):
        line.leave()
        await asyncio.sleep(person.random.uniform(0, 2 * PAUSE))
        rest = await person.come_back(line, behaviour)
        person.note(act, line, await rest.finish(), behaviour)
    else:
        await person.finish(act, line, behaviour)


async def leave(person: Person, act: str) -> None:
    behaviour = person.behaviour()
    await _leave(person, act, await person.ask(behaviour), behaviour)


async def leave_completion(person: Person, act: str) -> None:
    behaviour = person.behaviour()
    await _leave(person, act, await person.complete(behaviour), behaviour)


async def stop(person: Person, act: str) -> None:
    behaviour = person.behaviour()
    line = await person.ask(behaviour)
    if await line.hear(person.somewhere(behaviour)):
        path = f"/api/messages/{line.reader.message_id}/stop"
        async with person.door.ask("POST", path) as (reply, _):
            check(reply)
    await person.finish(act, line, behaviour, WHOLE, "ended stopped")


async def read_slowly(person: Person, act: str) -> None:
    behaviour = person.world.models[-1]
    line = await person.ask(behaviour, slow=True)
    while await line.hear(line.reader.position + 1):
        line.pause()
        await asyncio.sleep(person.random.uniform(PAUSE, 3 * PAUSE))
        line.resume()
    await person.finish(act, line, behaviour)


async def suffer(person: Person, act: str) -> None:
    line = await person.ask(BROKEN, person.random.choice(FAULTY))
    await person.finish(act, line, BROKEN, "error ")


async def suffer_completion(person: Person, act: str) -> None:
    line = await person.complete(BROKEN, person.random.choice(FAULTY))
    await person.finish(act, line, BROKEN, "error", "status 4", "status 5")


async def _leave(person: Person, act: str, line: Line, behaviour: Behaviour) -> None:
    if await line.hear(person.somewhere(behaviour)):
        line.leave()
    await person.finish(act, line, behaviour, LEFT, WHOLE)
