"""Many ask at once, at all nodes: each question is asked once, and nobody is turned away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from chatapp.models import ChangeRow
from tests.services.nodes.bounded import run
from tests.support.asking import conversation, reader, some_name
from tests.support.numbered import Script
from tests.support.reader import Reader
from tests.support.site import Site

TIMES = 10
ANSWERS = 200


def everywhere(site: Site, count: int) -> list[Reader]:
    """So many who have not asked yet, in front of all nodes in turn."""
    return [reader(site.door(site.nodes[n % len(site.nodes)])) for n in range(count)]


async def ask_at_once(site: Site, ask: Callable[[Reader], Awaitable[None]]) -> list[Reader]:
    """Ten who do the same at the same time."""
    askers = everywhere(site, TIMES)
    await asyncio.gather(*map(ask, askers))
    return askers


async def check_asked_once(site: Site, askers: list[Reader], script: Script) -> None:
    """One question, one run, one call to the model, one stream for all."""
    assert [asker.text for asker in askers] == [script.text] * TIMES
    assert [asker.end for asker in askers] == [askers[0].end] * TIMES
    (message_id,) = {asker.message_id for asker in askers}
    assert len(site.model.calls_for(script.name)) == 1
    answer = await site.door().fetch("GET", f"/api/messages/{message_id}")
    messages = await messages_of(site, 0, answer["conversation_id"])
    assert [each["role"] for each in messages] == ["user", "assistant"]
    about = ChangeRow.conversation_id == answer["conversation_id"]
    told = site.rows(select(ChangeRow.kind).where(about).order_by(ChangeRow.id))
    kinds = [row.kind for row in told]
    assert [kind for kind in kinds if kind != "conversation.updated"] == [
        "conversation.created",
        "message.started",
        "message.ended",
    ]


async def messages_of(site: Site, node: int, conversation_id: str) -> list[dict[str, Any]]:
    """The messages of a conversation as a node shows them."""
    path = f"/api/conversations/{conversation_id}/messages"
    shown: list[dict[str, Any]] = (await site.door(site.nodes[node]).fetch("GET", path))["items"]
    return shown


def test_a_question_that_is_sent_ten_times_is_asked_once(site: Site) -> None:
    run(check_repeated_question(site, Script(some_name(), words=30)))


async def check_repeated_question(site: Site, script: Script) -> None:
    where = await conversation(site.door())
    askers = await ask_at_once(site, lambda each: each.ask(where, script.question, script.name))
    await check_asked_once(site, askers, script)


def test_a_first_question_that_is_sent_ten_times_makes_one_conversation(site: Site) -> None:
    run(check_repeated_beginning(site, Script(some_name(), words=30)))


async def check_repeated_beginning(site: Site, script: Script) -> None:
    async def ask(asker: Reader) -> None:
        where = await conversation(asker.door, client_id=f"c{script.name}")
        await asker.ask(where, script.question, script.name)

    await check_asked_once(site, await ask_at_once(site, ask), script)


def test_a_first_form_that_is_sent_ten_times_makes_one_conversation(site: Site) -> None:
    run(check_repeated_form(site, Script(some_name(), words=30)))


async def check_repeated_form(site: Site, script: Script) -> None:
    form = urlencode({"content": script.question, "client_id": script.name}).encode()
    askers = await ask_at_once(site, lambda each: each.post("/", form))
    await check_asked_once(site, askers, script)


def test_two_questions_at_once_stand_in_one_order_for_all(site: Site) -> None:
    run(check_order(site))


async def check_order(site: Site) -> None:
    where = await conversation(site.door())
    scripts = [Script(some_name(), words=10) for _ in range(2)]
    askers = everywhere(site, 2)
    await asyncio.gather(
        *(each.ask(where, s.question, s.name) for each, s in zip(askers, scripts, strict=True))
    )
    assert [asker.text for asker in askers] == [script.text for script in scripts]
    first, second = [await messages_of(site, node, where) for node in (0, 1)]
    assert first == second
    assert [each["position"] for each in first] == [1, 2, 3, 4]
    assert [each["role"] for each in first] == ["user", "assistant"] * 2
    assert {each["text"] for each in first[::2]} == {script.question for script in scripts}
    assert [each["parent_id"] for each in first[1:]] == [each["id"] for each in first[:3]]


def test_many_answers_at_once_find_no_locked_database(site: Site) -> None:
    before = len(site.log)
    run(check_many(site))
    for word in ("locked", "is away", "Traceback"):
        assert word not in site.log[before:]


async def check_many(site: Site) -> None:
    scripts = [Script(some_name(), words=20, pace=0.05) for _ in range(ANSWERS)]
    askers = [reader(site.door()) for _ in scripts]

    async def ask(asker: Reader, script: Script) -> None:
        await asker.ask(await conversation(asker.door), script.question, script.name)

    await asyncio.gather(*map(ask, askers, scripts))
    assert [asker.text for asker in askers] == [script.text for script in scripts]
    assert {asker.end["status"] for asker in askers if asker.end} == {"complete"}
    assert [len(site.model.calls_for(script.name)) for script in scripts] == [1] * ANSWERS
