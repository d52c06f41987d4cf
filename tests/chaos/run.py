"""One run: many answers over two nodes, while things break."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

from sqlalchemy import select

from chatapp.models import Run, Segment
from tests.chaos.faults import Faults
from tests.chaos.verdict import Answer, Outcome
from tests.support.asking import stop, stored, until_it_is_known
from tests.support.loops import run_in_thread
from tests.support.numbered import Script
from tests.support.reader import Reader
from tests.support.site import Backend, Site, site

STOPPED = 0.1
"""The share of answers that a person stops."""

PEOPLE = 30
"""Whose answers they are; their sends wait for one another where they come at the same moment."""

LATE_READERS = 2
HANGING = 90.0
"""Seconds after the last fault in which every reader must have heard the end."""

COMPLAINTS = ("database is locked", "Traceback")


@dataclass(frozen=True)
class Plan:
    """How much of it; `spread` is the time in seconds over which answers begin and things break."""

    seed: int
    answers: int
    faults: int
    spread: float
    backend: Backend = "redis"


def run(plan: Plan, folder: Path) -> Outcome:
    """Runs a plan in a site of its own."""
    begun = monotonic()
    with site(folder, plan.backend) as made:
        crowd = Crowd(made, plan)
        answers = run_in_thread(crowd.live())
        left_behind = _left_behind(made)
    seconds = monotonic() - begun
    return Outcome(plan.backend, plan.seed, seconds, answers, crowd.faults.done, left_behind)


class Crowd:
    """Those who ask, those who read along, and what goes wrong meanwhile."""

    def __init__(self, site: Site, plan: Plan) -> None:
        self._site = site
        self._plan = plan
        self._doors = site.doors(PEOPLE)
        self._readers: dict[str, list[Reader]] = {}
        self._conversations: dict[str, str] = {}
        self._stopped: set[str] = set()
        self._seals: Counter[str] = Counter()
        self.faults = Faults(site, plan.seed, self._reading)

    async def live(self) -> list[Answer]:
        """All of it, until every reader has heard the end, or long enough; what became of it."""
        tasks = [asyncio.create_task(self._answer(n)) for n in range(self._plan.answers)]
        await self.faults.happen(self._plan.faults, self._plan.spread)
        _, hanging = await asyncio.wait(tasks, timeout=HANGING)
        for task in hanging:
            task.cancel()
        for error in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(error, Exception):
                raise error
        self._seals = self._site.seals()
        async with asyncio.timeout(HANGING):
            return [await self._look_back(name) for name in self._readers]

    def _reading(self) -> list[Reader]:
        return [each for readers in self._readers.values() for each in readers if not each.end]

    async def _answer(self, number: int) -> None:
        """One answer: somebody asks and reads, others come later, and maybe one stops it."""
        random = Random(f"{self._plan.seed}.{number}")
        name = f"s{self._plan.seed}a{number}"
        words = random.randint(1, 250)
        script = Script(name, words, random.uniform(0.005, 0.04), random.uniform(0, 1))
        stopped = random.uniform(0, 3) if random.random() < STOPPED else None
        delays = [random.uniform(0, 5) for _ in range(LATE_READERS)]
        await asyncio.sleep(random.uniform(0, self._plan.spread))
        door = self._doors[number % PEOPLE]
        asker = Reader(door, random)
        readers = self._readers[name] = [asker]
        made = await door.fetch("POST", "/api/conversations", {"client_id": name})
        self._conversations[name] = made["id"]
        asking = asyncio.create_task(asker.ask(made["id"], script.question, name))
        await until_it_is_known(asker, asking)
        late = (self._come_late(readers, random, delay) for delay in delays)
        await asyncio.gather(asking, *late, self._stop(name, asker, stopped))

    async def _come_late(self, readers: list[Reader], random: Random, delay: float) -> None:
        await asyncio.sleep(delay)
        late = Reader(readers[0].door, random, readers[0].message_id)
        readers.append(late)
        await late.follow()

    async def _stop(self, name: str, asker: Reader, delay: float | None) -> None:
        if delay is None:
            return
        await asyncio.sleep(delay)
        self._stopped.add(name)
        await stop(asker.door, asker.message_id)

    async def _look_back(self, name: str) -> Answer:
        readers = self._readers[name]
        assert readers[0].message_id, f"{name} never got an answer"
        door = readers[0].door
        message = await stored(door, readers[0].message_id)
        path = f"/api/conversations/{self._conversations[name]}/messages"
        messages = (await door.fetch("GET", path))["items"]
        questions = sum(each["role"] == "user" for each in messages)
        calls = self._site.model.calls_for(name)
        seals = self._seals[message["id"]]
        return Answer(name, calls, readers, message, questions, seals, name in self._stopped)


def _left_behind(site: Site) -> list[str]:
    """What should not be there in the end: rows of what runs, and complaints in the logs."""
    left = [
        f"{len(rows)} rows of {table.__name__}"
        for table in (Run, Segment)
        if (rows := site.rows(select(table.message_id)))
    ]
    return left + [f"{word!r} in the logs" for word in COMPLAINTS if word in site.log]
