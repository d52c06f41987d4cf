"""Processes die, are told to end, and lose what they rely on: what was said stays."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from sqlalchemy import select

from chatapp.models import Segment
from tests.services.nodes.bounded import run
from tests.support.asking import begin, conversation, reader, some_name, stored, until_it_heard
from tests.support.numbered import Script
from tests.support.site import Site

READERS = 5


def test_what_a_killed_worker_wrote_is_interrupted_once_and_goes_on(site: Site) -> None:
    run(check_killed_workers(site, Script(some_name(), words=200)))


async def check_killed_workers(site: Site, script: Script) -> None:
    asker, asking = await begin(site.door(site.nodes[0]), script)
    doors = [site.door(), *(site.door(node) for node in site.nodes)] * 2
    readers = [reader(door, asker.message_id) for door in doors[:READERS]]
    reading = [asyncio.create_task(each.follow()) for each in readers]
    await asyncio.gather(*(until_it_heard(each, 1) for each in readers))
    kept = await kept_by_the_ticks(site, asker.message_id, 300)
    for worker in site.nodes[0].program.children():
        os.kill(worker, signal.SIGKILL)
    await asyncio.gather(asking, *reading)
    shown = await stored(site.door(), asker.message_id)
    assert (shown["status"], shown["finish_reason"], shown["error"]) == ("interrupted", None, None)
    assert script.text.startswith(shown["text"])
    assert len(shown["text"]) >= kept
    assert [each.text for each in (asker, *readers)] == [shown["text"]] * (READERS + 1)
    assert [each.end for each in readers] == [asker.end] * READERS
    assert site.seals()[asker.message_id] == 1
    again = reader(site.door(site.nodes[1]))
    await again.post(f"/api/messages/{asker.message_id}/continue", {})
    assert again.text == script.text
    assert (await stored(site.door(), again.message_id))["continues"] == asker.message_id


async def kept_by_the_ticks(site: Site, message_id: str, least: int) -> int:
    """How many characters of a running answer are stored, once they are enough."""
    pieces = select(Segment.start, Segment.content).where(Segment.message_id == message_id)
    kept = 0
    while kept < least:
        rows = await asyncio.to_thread(site.rows, pieces)
        kept = max((row.start + len(row.content["text"]) for row in rows), default=0)
    return kept


def test_a_node_that_is_told_to_end_finishes_what_it_writes(site: Site) -> None:
    run(check_leaving_node(site))
    site.nodes[0].restart()


async def check_leaving_node(site: Site) -> None:
    leaving = site.nodes[0]
    script = Script(some_name(), words=100)
    asker, asking = await begin(site.door(leaving), script)
    follower = reader(site.door(), asker.message_id)
    following = asyncio.create_task(follower.follow())
    await until_it_heard(asker, 1)
    os.kill(leaving.program.pid, signal.SIGTERM)
    later = [Script(some_name(), words=5) for _ in range(5)]
    askers = [reader(site.door()) for _ in later]
    for each, new in zip(askers, later, strict=True):
        await each.ask(await conversation(each.door), new.question, new.name)
    await asyncio.gather(asking, following)
    assert [each.text for each in (asker, follower)] == [script.text] * 2
    assert [each.text for each in askers] == [new.text for new in later]
    assert [len(site.model.calls_for(new.name)) for new in (script, *later)] == [1] * 6
    assert await asyncio.to_thread(leaving.program.wait) == 0


@pytest.mark.parametrize("site", ["redis"], indirect=True)
def test_words_go_on_though_redis_dies(site: Site) -> None:
    run(check_lost_redis(site, Script(some_name(), words=200)))


async def check_lost_redis(site: Site, script: Script) -> None:
    assert site.redis
    asker, asking = await begin(site.door(site.nodes[0]), script)
    readers = [reader(site.door(node), asker.message_id) for node in site.nodes * 2]
    reading = [asyncio.create_task(each.follow()) for each in readers]
    for part in (1, 2):
        third = len(script.text) // 3
        await asyncio.gather(*(until_it_heard(each, part * third) for each in readers))
        await asyncio.to_thread(site.redis.kill if part == 1 else site.redis.restart)
    await asyncio.gather(asking, *reading)
    assert [each.heard for each in (asker, *readers)] == [script.text] * 5
    assert {each.end["status"] for each in readers if each.end} == {"complete"}


@pytest.mark.parametrize("site", ["postgresql", "redis"], indirect=True)
def test_words_go_on_though_the_database_dies(site: Site) -> None:
    run(check_lost_database(site, Script(some_name(), words=200)))


async def check_lost_database(site: Site, script: Script) -> None:
    assert site.postgres
    asker, asking = await begin(site.door(site.nodes[0]), script)
    follower = reader(site.door(site.nodes[1]), asker.message_id)
    following = asyncio.create_task(follower.follow())
    half = len(script.text) // 2
    await until_it_heard(follower, half)
    await asyncio.to_thread(site.postgres.kill, signal.SIGQUIT)
    await until_it_heard(asker, half + half // 2)
    await asyncio.to_thread(site.postgres.restart)
    await asyncio.gather(asking, following)
    assert [each.heard for each in (asker, follower)] == [script.text] * 2
    shown = await stored(site.door(), asker.message_id)
    assert (shown["status"], shown["text"]) == ("complete", script.text)
    assert site.seals()[asker.message_id] == 1
