"""A node dies, and another one finishes its answer, where the model's server can go on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import select

from chatapp.models import Run
from tests.services.nodes.bounded import run
from tests.support.asking import conversation, reader, stored, until_it_is_known
from tests.support.background import Background
from tests.support.model_server import ModelServer
from tests.support.site import Backend, Site
from tests.support.site import site as running_site

WORDS = [f" w{number}" for number in range(40)]


@pytest.mark.parametrize("backend", ["sqlite", "redis"])
def test_what_a_killed_node_wrote_in_the_background_is_finished_by_the_other(
    backend: Backend,
) -> None:
    background = Background(WORDS, 10)
    with ModelServer() as server, TemporaryDirectory() as folder:
        server.answers_by(background.hold)
        settings = {
            "CHATAPP_PROVIDER": "openai-responses",
            "CHATAPP_RESPONSES_BACKGROUND": "1",
            "CHATAPP_MODEL": "m",
            "OPENAI_BASE_URL": server.base_url,
        }
        with running_site(Path(folder), backend, settings) as site:
            run(check_takeover(site))
        assert [request.method for request in server.requests] == ["POST", "GET"]
    assert not background.cancelled.is_set()


async def check_takeover(site: Site) -> None:
    dying, other = site.nodes
    asker = reader(site.door(dying))
    asking = asyncio.create_task(asker.ask(await conversation(site.door()), "Go on?", "one"))
    await until_it_is_known(asker, asking)
    while not await asyncio.to_thread(site.rows, select(Run.mark).where(Run.mark != "")):
        pass  # no tick has kept yet where another process could go on
    follower = reader(site.door(other), asker.message_id)
    following = asyncio.create_task(follower.follow())
    dying.kill_all()
    await following
    dying.restart()
    await asking
    shown = await stored(site.door(), asker.message_id)
    assert (shown["status"], shown["text"]) == ("complete", "".join(WORDS))
    assert [each.text for each in (asker, follower)] == ["".join(WORDS)] * 2
    assert site.seals()[asker.message_id] == 1
