"""Conversations that are deleted can be brought back for a while, and then are gone for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from chatapp.chat import deleting, listing
from chatapp.chat.access import Person
from chatapp.chat.services import Services
from chatapp.errors import NotFound
from chatapp.extensions import db
from chatapp.models import Conversation, Message, now
from tests.conftest import Api
from tests.support.replies import items, problem, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.talk import Talk

CHATS = "/api/conversations"


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def grow_old(services: Services) -> None:
    """Lets the time be over in which what was deleted can be brought back."""
    late = update(Conversation).values(kept_until=now() - timedelta(seconds=1))
    old = late.where(Conversation.deleted_at.is_not(None))
    services.database.write(lambda connection: connection.execute(old))


def test_what_is_deleted_is_nowhere(talk: Talk, services: Services) -> None:
    talk.ask("Where do zebras live?", "In the savannah.")
    answer = talk.messages()[-1]["id"]
    deleting.put_away(services, talk.id)
    assert items(talk.api.get(CHATS)) == items(talk.api.get(f"{CHATS}?query=zebra")) == []
    address = f"{CHATS}/{talk.id}"
    problem(talk.api.get(address), 404, "not_found")
    problem(talk.api.get(f"{address}/messages"), 404, "not_found")
    problem(talk.api.call("PATCH", address, json={"title": "x"}), 404, "not_found")
    problem(talk.api.post(f"{address}/messages", {"content": "x"}), 404, "not_found")
    problem(talk.api.get(f"/api/messages/{answer}"), 404, "not_found")
    problem(talk.api.call("DELETE", address), 404, "not_found")


def test_it_comes_back_as_it_was(talk: Talk, services: Services) -> None:
    talk.ask("Where do zebras live?", "In the savannah.")
    before = value(talk.api.get(f"{CHATS}/{talk.id}")), talk.messages()
    deleting.put_away(services, talk.id)
    for _ in range(2):
        deleting.bring_back(services, Person(talk.api.user_id), talk.id)
        assert (value(talk.api.get(f"{CHATS}/{talk.id}")), talk.messages()) == before
    assert [each["id"] for each in items(talk.api.get(CHATS))] == [talk.id]


def test_nobody_else_brings_it_back(talk: Talk, other: Api, services: Services) -> None:
    deleting.put_away(services, talk.id)
    with pytest.raises(NotFound):
        deleting.bring_back(services, Person(other.user_id), talk.id)
    problem(talk.api.get(f"{CHATS}/{talk.id}"), 404, "not_found")


def test_after_a_while_it_is_gone_for_good(talk: Talk, services: Services) -> None:
    talk.ask()
    kept = talk.api.conversation()
    deleting.put_away(services, talk.id)
    deleting.sweep(services.database)
    assert count_rows(services.database, Conversation, Message) == [2, 2]
    grow_old(services)
    deleting.sweep(services.database)
    assert count_rows(services.database, Conversation, Message) == [1, 0]
    with pytest.raises(NotFound):
        deleting.bring_back(services, Person(talk.api.user_id), talk.id)
    deleting.sweep(services.database)
    assert value(talk.api.get(f"{CHATS}/{kept}"))["id"] == kept


def test_its_client_id_is_free_at_once(api: Api, services: Services) -> None:
    given = {"client_id": "one", "title": "T"}
    first = value(api.post(CHATS, given), 201)["id"]
    deleting.put_away(services, first)
    second = value(api.post(CHATS, given), 201)["id"]
    deleting.bring_back(services, Person(api.user_id), first)
    assert {each["id"] for each in items(api.get(CHATS))} == {first, second}


def test_what_programs_keep_is_not_brought_into_the_list(api: Api, services: Services) -> None:
    id = api.conversation()
    kept = update(Conversation).values(kept_until=now() + timedelta(days=1))
    services.database.write(lambda connection: connection.execute(kept))
    with pytest.raises(NotFound):
        deleting.bring_back(services, Person(api.user_id), id)
    assert items(api.get(CHATS)) == []


def test_marks_change_neither_the_order_nor_the_time(api: Api) -> None:
    first = value(api.post(CHATS, {"title": "a"}), 201)
    second = value(api.post(CHATS, {"title": "b"}), 201)
    for mark in ("pinned", "archived"):
        for said, shown in ((True, True), (None, True), (False, False), (None, False)):
            changed = value(api.call("PATCH", f"{CHATS}/{first['id']}", json={mark: said}))
            assert changed == first | {mark: shown}
    assert [each["id"] for each in items(api.get(CHATS))] == [second["id"], first["id"]]


def test_those_archived_are_listed_apart_and_found_by_a_search(api: Api) -> None:
    zebra = value(api.post(CHATS, {"title": "zebra"}), 201)["id"]
    api.post(CHATS, {"title": "zebu"})
    api.call("PATCH", f"{CHATS}/{zebra}", json={"archived": True})

    def titles(query: str) -> list[str]:
        return [each["title"] for each in items(api.get(f"{CHATS}?{query}"))]

    assert titles("") == titles("archived=false") == titles("query=ze&archived=false") == ["zebu"]
    assert titles("archived=true") == titles("query=ze&archived=true") == ["zebra"]
    assert titles("query=ze") == ["zebu", "zebra"]
    assert "archived" in problem(api.get(f"{CHATS}?archived=x"), 400, "invalid_request")


def test_the_pinned_are_found_alone(api: Api, services: Services) -> None:
    pinned, other = api.conversation(), api.conversation()
    api.call("PATCH", f"{CHATS}/{pinned}", json={"pinned": True})
    person = Person(api.user_id)
    with api.client.application.app_context():
        session = db.session()
        alone = listing.conversations(session, person, listing.Wanted(pinned=True))
        others = listing.conversations(session, person, listing.Wanted(pinned=False))
        both = listing.conversations(session, person, listing.Wanted())
    assert [each.id for each in alone.items] == [pinned]
    assert [each.id for each in others.items] == [other]
    assert {each.id for each in both.items} == {pinned, other}
