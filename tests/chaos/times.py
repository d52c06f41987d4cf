"""How long it takes: stops and words from the other node, and the end of what lost its process."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import monotonic
from typing import Any

from tests.support.asking import begin, reader, some_name, stop, until_it_heard
from tests.support.loops import run_in_thread
from tests.support.numbered import Script
from tests.support.numbered_model import Call
from tests.support.reader import Reader
from tests.support.site import Backend, Site, site

STOPS = 20
DEATHS = 5
ANSWERS = 5
SILENCE = 600.0
"""Seconds before the first word of an answer that is to be stopped before it."""


@dataclass
class Times:
    """All in seconds. A stop is over when the reader is told, and when the model is left."""

    backend: Backend
    told: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    interrupted: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The row of the table, in seconds."""
        return {
            "backend": self.backend,
            "stops": len(self.told),
            "told_median": round(median(self.told), 3),
            "told_max": round(max(self.told), 3),
            "left_median": round(median(self.left), 3),
            "left_max": round(max(self.left), 3),
            "words": len(self.words),
            "word_median": round(median(self.words), 3),
            "word_p99": round(quantiles(self.words, n=100)[-1], 3),
            "interrupted": len(self.interrupted),
            "interrupted_median": round(median(self.interrupted), 1),
            "interrupted_max": round(max(self.interrupted), 1),
        }


def measure(backend: Backend, folder: Path) -> Times:
    """Measures a site of its own in which nothing else happens."""
    times = Times(backend)
    with site(folder, backend) as made:
        run_in_thread(_measure(made, times))
    return times


async def _measure(site: Site, times: Times) -> None:
    for _ in range(ANSWERS):
        times.words += await _read_along(site)
    for number in range(STOPS):
        told, left = await _stop(site, begun=number % 2 == 0)
        times.told.append(told)
        times.left.append(left)
    for _ in range(DEATHS):
        times.interrupted.append(await _die(site))


async def _follow(site: Site, script: Script) -> tuple[Reader, Call, asyncio.Future[Any]]:
    """Asks the first node, and reads at the second."""
    here, there = (site.door(node) for node in site.nodes)
    asker, asking = await begin(here, script)
    follower = reader(there, asker.message_id)
    call = await asyncio.to_thread(site.model.wait_for_call, script.name)
    return follower, call, asyncio.gather(asking, follower.follow())


async def _read_along(site: Site) -> list[float]:
    """How long after it was said each word is read at the other node."""
    follower, call, reading = await _follow(site, Script(some_name(), words=100, first=1))
    await reading
    delays, heard = [], iter(follower.moments)
    length, moment = next(heard)
    for said, said_at in call.moments:
        while length < said:
            length, moment = next(heard)
        delays.append(moment - said_at)
    return delays


async def _stop(site: Site, *, begun: bool) -> tuple[float, float]:
    """How long a stop from the other node takes: for its reader, and for the model."""
    script = Script(some_name(), words=1000, first=0 if begun else SILENCE)
    follower, call, reading = await _follow(site, script)
    if begun:
        await until_it_heard(follower, 20)
    asked_at = monotonic()
    await stop(follower.door, follower.message_id)
    await reading
    await asyncio.to_thread(call.ended.wait)
    return follower.ended_at - asked_at, call.ended_at - asked_at


async def _die(site: Site) -> float:
    """How long it takes until the reader of a killed worker's answer is told of its end."""
    follower, _, reading = await _follow(site, Script(some_name(), words=1000))
    await until_it_heard(follower, 20)
    for worker in site.nodes[0].program.children():
        os.kill(worker, signal.SIGKILL)
    killed_at = monotonic()
    await reading
    return follower.ended_at - killed_at
