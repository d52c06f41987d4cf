"""Stop, from the node that does not write the answer."""

from __future__ import annotations

import asyncio

import pytest

from tests.services.nodes.bounded import PATIENCE, run
from tests.support.asking import begin, reader, some_name, stop, stored, until_it_heard
from tests.support.numbered import Script
from tests.support.numbered_model import Outcome
from tests.support.site import Site

STOPS = 10


@pytest.mark.parametrize("begun", [True, False])
def test_a_stop_from_the_other_node_closes_the_line_to_the_model(site: Site, begun: bool) -> None:
    for _ in range(STOPS):
        run(check_stop(site, begun))


async def check_stop(site: Site, begun: bool) -> None:
    """Stops an answer in its middle, or before its first word."""
    here, there = (site.door(node) for node in site.nodes)
    script = Script(some_name(), words=1000, first=0 if begun else 2 * PATIENCE)
    asker, asking = await begin(here, script)
    follower = reader(there, asker.message_id)
    following = asyncio.create_task(follower.follow())
    if begun:
        await until_it_heard(asker, 20)
    call = await asyncio.to_thread(site.model.wait_for_call, script.name)
    await stop(there, asker.message_id)
    await asyncio.gather(asking, following)
    assert await asyncio.to_thread(call.ended.wait, PATIENCE)
    assert call.outcome is Outcome.LEFT
    shown = await stored(there, asker.message_id)
    assert shown["status"] == "stopped"
    assert bool(shown["text"]) is begun
    assert call.text.startswith(shown["text"])
    for each in (asker, follower):
        assert each.end
        assert (each.end["status"], each.heard) == ("stopped", shown["text"])
    assert await stored(here, asker.message_id) == shown
    assert site.seals()[asker.message_id] == 1
