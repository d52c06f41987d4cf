"""Stream tickets: what an `EventSource` opens with one, and what a thief does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from chatapp.accounts import tokens
from chatapp.chat.services import Services
from chatapp.events import Finish
from chatapp.models import Message, Ticket, Token, now
from tests.conftest import Api
from tests.support.browsing import signed_in
from tests.support.nodes import Node, node
from tests.support.replies import problem, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.streams import read, words
from tests.support.talk import Talk
from tests.support.together import together

TICKETS = "/api/stream-tickets"


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser that has nothing but a ticket."""
    return app.test_client()


def stream_of(id: str) -> str:
    return f"/api/messages/{id}/stream"


def ticket_for(api: Api, path: str) -> str:
    return str(value(api.post(TICKETS, {"path": path}), 201)["ticket"])


def open_(client: FlaskClient, path: str, ticket: str, cursor: str = "") -> TestResponse:
    """Opens a stream as an `EventSource` does; with a cursor as one that comes back."""
    headers = {"Last-Event-ID": cursor} if cursor else {}
    return client.get(path, query_string={"ticket": ticket}, headers=headers)


def refused(response: TestResponse) -> bool:
    problem(response, 401, "unauthenticated")
    return True


def age(services: Services, table: Any, **moments: timedelta) -> None:
    values = {name: now() - past for name, past in moments.items()}
    services.database.write(lambda connection: connection.execute(update(table).values(**values)))


def test_a_ticket_opens_its_stream_once(talk: Talk, stranger: FlaskClient) -> None:
    path = stream_of(talk.ask("Why?", "Because.", Finish("stop")))
    ticket = ticket_for(talk.api, path)
    assert words(read(open_(stranger, path, ticket).data)) == "Because."
    assert refused(open_(stranger, path, ticket))


def test_the_answer_tells_until_when_it_must_be_used(talk: Talk, services: Services) -> None:
    before = now()
    response = talk.api.post(TICKETS, {"path": "/events"})
    assert response.headers["Cache-Control"] == "no-store"
    made = value(response, 201)
    assert set(made) == {"ticket", "expires_at"}
    kept = services.database.read(lambda connection: connection.execute(select(Ticket)).one())
    assert made["ticket"] not in str(kept)
    assert before + timedelta(seconds=60) <= kept.expires_at <= now() + timedelta(seconds=60)
    assert made["expires_at"] == kept.expires_at.isoformat().replace("+00:00", "Z")


def test_an_answer_opens_again_with_its_cursor_until_the_end_is_read(
    talk: Talk, services: Services, stranger: FlaskClient
) -> None:
    path = stream_of(talk.ask("Why?", "Because.", Finish("stop")))
    ticket = ticket_for(talk.api, path)
    heard = read(open_(stranger, path, ticket).data)
    for number, event in enumerate(heard[:-1]):
        again = open_(stranger, path, ticket, event.id)
        assert [each.id for each in read(again.data)] == [each.id for each in heard[number + 1 :]]
    assert open_(stranger, path, ticket, heard[-1].id).status_code == 204
    age(services, Message, completed_at=timedelta(minutes=59))
    assert open_(stranger, path, ticket, heard[0].id).status_code == 200
    age(services, Message, completed_at=timedelta(minutes=61))
    assert refused(open_(stranger, path, ticket, heard[0].id))


def test_a_running_answer_opens_again_however_long_it_takes(
    talk: Talk, services: Services, stranger: FlaskClient
) -> None:
    answer = talk.api.ask(talk.id, "Why?")
    asked = talk.model.asked()
    asked.say("Be")
    path = stream_of(talk.messages()[-1]["id"])
    ticket = ticket_for(talk.api, path)
    first = open_(stranger, path, ticket)
    first.close()
    age(services, Ticket, created_at=timedelta(hours=3))
    again = open_(stranger, path, ticket, "0.0")
    asked.finish("cause.")
    assert words(read(again.data)) == "Because."
    answer.close()


def test_a_feed_opens_again_for_an_hour(
    api: Api, services: Services, stranger: FlaskClient
) -> None:
    ticket = ticket_for(api, "/events")
    for _ in range(3):
        response = stranger.get(f"/events?limit=1&ticket={ticket}")
        assert b"Welcome" in response.data
    age(services, Ticket, expires_at=timedelta(seconds=1))
    assert stranger.get(f"/events?limit=1&ticket={ticket}").status_code == 401


def test_a_ticket_waits_a_minute_and_no_longer(
    talk: Talk, services: Services, stranger: FlaskClient
) -> None:
    path = stream_of(talk.ask())
    ticket = ticket_for(talk.api, path)
    age(services, Ticket, expires_at=timedelta(seconds=1))
    assert refused(open_(stranger, path, ticket))
    assert refused(open_(stranger, path, ticket, "0.0"))
    ticket_for(talk.api, path)
    assert count_rows(services.database, Ticket) == [1]


def test_a_ticket_opens_nothing_else(talk: Talk, stranger: FlaskClient) -> None:
    path = stream_of(talk.ask())
    other = stream_of(talk.ask())
    ticket = ticket_for(talk.api, path)
    for elsewhere in (other, "/api/me", "/api/conversations", "/events", f"/c/{talk.id}", "/"):
        assert open_(stranger, elsewhere, ticket).status_code == 401
    for method in ("POST", "DELETE", "PATCH"):
        response = stranger.open(f"/api/conversations/{talk.id}?ticket={ticket}", method=method)
        assert response.status_code in (401, 405)
    assert stranger.head(f"{path}?ticket={ticket}").status_code == 401
    assert open_(stranger, path, ticket).status_code == 200


def test_a_bad_ticket_is_refused_even_beside_a_cookie(app: Flask, services: Services) -> None:
    ann = signed_in(app, services, "ann@example.com")
    for ticket in ("", "nothing", "%00", "x" * 1000):
        assert ann.get(f"/api/me?ticket={ticket}").status_code == 401


def test_no_ticket_is_made_for_what_is_not_ones_own_stream(talk: Talk, other: Api) -> None:
    path = stream_of(talk.ask())
    problem(other.post(TICKETS, {"path": path}), 404, "not_found")
    for wrong in ("", "/", "/api/me", "/events/", f"{path}?as=text", f"//evil{path}", "/EVENTS"):
        problem(talk.api.post(TICKETS, {"path": wrong}), 422, "invalid_value")
    problem(talk.api.post(TICKETS, {}), 422, "invalid_value")


def test_a_ticket_ends_with_what_it_was_asked_for_by(
    app: Flask, talk: Talk, services: Services, stranger: FlaskClient
) -> None:
    path = stream_of(talk.ask())
    ticket = ticket_for(talk.api, path)
    id = services.database.read(lambda connection: connection.scalar(select(Token.id)))
    tokens.revoke(services.database, talk.api.user_id, str(id))
    assert refused(open_(stranger, path, ticket))
    bob = signed_in(app, services, "bob@example.com")
    ticket = value(bob.call("POST", TICKETS, {"path": "/events"}), 201)["ticket"]
    bob.end_session(services)
    assert stranger.get(f"/events?limit=1&ticket={ticket}").status_code == 401


def test_many_at_once_open_a_new_ticket_once(app: Flask, talk: Talk) -> None:
    path = stream_of(talk.ask())
    ticket = ticket_for(talk.api, path)
    clients = [app.test_client() for _ in range(6)]
    statuses = together(6, lambda number: open_(clients[number], path, ticket).status_code)
    assert sorted(statuses) == [200, *[401] * 5]


def test_another_node_admits_it_and_knows_that_it_was_used(
    talk: Talk, settings: dict[str, str], database_url: str, tmp_path: Any
) -> None:
    path = stream_of(talk.ask("Why?", "Because.", Finish("stop")))
    ticket = ticket_for(talk.api, path)
    values = {"CHATAPP_INSTANCE": str(tmp_path), "DATABASE_URL": database_url, "SECRET_KEY": "x"}
    with node(values, talk.model) as there:
        heard = read(open_(_client(there), path, ticket).data)
        assert words(heard) == "Because."
        assert refused(open_(talk.api.client, path, ticket))
        assert open_(talk.api.client, path, ticket, heard[0].id).status_code == 200


def _client(there: Node) -> FlaskClient:
    return there.app.test_client()
