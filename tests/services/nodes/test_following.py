"""Readers come and go, at any node, through nginx or past it: all of them read the same."""

from __future__ import annotations

import asyncio
from random import Random

from chatapp.parts import Cursor
from tests.services.nodes.bounded import run
from tests.support.asking import begin, reader, some_name
from tests.support.numbered import Script
from tests.support.reader import Reader
from tests.support.site import Site

LOADS = 50
CROWD = 500


def test_a_reload_at_any_moment_shows_the_same(site: Site) -> None:
    run(check_reloads(site, Script(some_name(), words=150, pace=0.015)))


async def check_reloads(site: Site, script: Script) -> None:
    random = Random(7)
    asker, asking = await begin(site.door(), script)
    loads: list[tuple[int, Reader]] = []
    tasks = [asking]
    for number in range(LOADS):
        seen = random.randint(0, len(asker.text))
        door = site.door() if number % 2 else site.door(random.choice(site.nodes))
        again = reader(door, asker.message_id, cursor=str(Cursor(0, seen)) if seen else "")
        loads.append((seen, again))
        tasks.append(asyncio.create_task(again.follow()))
        await asyncio.sleep(random.uniform(0, 2 * script.pace * script.words / LOADS))
    await asyncio.gather(*tasks)
    assert asker.text == script.text
    assert [again.heard == script.text[seen:] for seen, again in loads] == [True] * LOADS
    assert len(site.model.calls_for(script.name)) == 1


def test_a_crowd_reads_the_same(site: Site) -> None:
    run(check_crowd(site, Script(some_name(), words=100, pace=0.03, first=3)))


async def check_crowd(site: Site, script: Script) -> None:
    asker, asking = await begin(site.door(), script)
    doors = [site.door(), *(site.door(node) for node in site.nodes)]
    crowd = [reader(doors[number % len(doors)], asker.message_id) for number in range(CROWD)]
    await asyncio.gather(asking, *(each.follow() for each in crowd))
    assert {each.text for each in (asker, *crowd)} == {script.text}
    assert {each.end["status"] for each in crowd if each.end} == {"complete"}
    assert len(site.model.calls_for(script.name)) == 1
