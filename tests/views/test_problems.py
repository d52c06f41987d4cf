"""Problems: in one form, in one order, and told as what they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError

from chatapp.chat.services import Services
from chatapp.extensions import db
from chatapp.models import Conversation, Message, Run, Send
from tests.conftest import Api
from tests.support.absence import away
from tests.support.replies import problem, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.streams import hear, read, words
from tests.support.talk import Talk

CHATS = "/api/conversations"
HUGE = b'{"content":' + b"x" * 1_000_000
TEXT = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_MAX_STREAMS_PER_USER": "1"}


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


@pytest.fixture
def guest(app: Flask, model: Scripted) -> FlaskClient:
    """The browser of a guest, who is being answered."""
    client = app.test_client()
    assert client.post("/", data={"content": "Who am I?"}).status_code == 303
    model.asked()
    return client


@contextmanager
def draining(services: Services) -> Iterator[None]:
    """The server is about to end."""
    services.engine.watch(lambda: False, 60.0)
    yield
    services.engine.watch(lambda: True, 0.0)


class TestOrder:
    """What is wrong is told in one order: each request here has all that comes behind, too."""

    def test_a_method_that_does_not_exist_comes_first(self, app: Flask, talk: Talk) -> None:
        for method, path, allowed in (
            ("PUT", CHATS, "GET, HEAD, OPTIONS, POST"),
            ("POST", f"{CHATS}/nothing", "DELETE, GET, HEAD, OPTIONS, PATCH"),
            ("DELETE", f"{CHATS}/nothing/messages", "GET, HEAD, OPTIONS, POST"),
            ("GET", "/api/messages/nothing/stop", "OPTIONS, POST"),
            ("POST", "/api/messages/nothing/stream", "GET, HEAD, OPTIONS"),
            ("DELETE", "/api/me", "GET, HEAD, OPTIONS, PATCH"),
            ("NONSENSE", CHATS, "GET, HEAD, OPTIONS, POST"),
        ):
            response = app.test_client().open(path, method=method, data=HUGE, headers=TEXT)
            problem(response, 405, "method_not_allowed")
            assert response.headers["Allow"] == allowed

    def test_then_who_asks(self, app: Flask) -> None:
        client = app.test_client()
        response = client.post(f"{CHATS}/nothing/messages", data=HUGE, headers=TEXT)
        problem(response, 401, "unauthenticated")

    def test_then_whether_the_page_meant_it(self, guest: FlaskClient) -> None:
        response = guest.post(f"{CHATS}/nothing/messages", data=HUGE, headers=TEXT)
        problem(response, 403, "csrf_failed")

    def test_then_whose_it_is(self, guest: FlaskClient, other: Api, talk: Talk) -> None:
        token = {"X-CSRFToken": value(guest.get("/api/me"))["csrf_token"]}
        for id in ("nothing", talk.id):
            path = f"{CHATS}/{id}/messages"
            problem(guest.post(path, data=HUGE, headers=TEXT | token), 404, "not_found")
            problem(other.call("POST", path, data=HUGE, headers=TEXT), 404, "not_found")

    def test_then_the_size(self, talk: Talk) -> None:
        response = talk.api.call("POST", talk.path, data=HUGE, headers=TEXT)
        problem(response, 413, "too_large")

    def test_then_the_body_then_the_limit_then_the_end_of_the_server(
        self, talk: Talk, services: Services
    ) -> None:
        stream = talk.api.ask(talk.id, "Why?")
        asked = talk.model.asked()
        with draining(services):
            for body, headers, status, code in (
                (b"x", TEXT, 415, "unsupported_media_type"),
                (b"x", JSON, 400, "invalid_request"),
                (b'{"content":" "}', JSON, 422, "invalid_value"),
                (b'{"content":"a","parent_id":"x"}', JSON, 422, "invalid_value"),
                (b'{"content":"a"}', JSON, 429, "rate_limited"),
            ):
                response = talk.api.call("POST", talk.path, data=body, headers=headers)
                problem(response, status, code)
            asked.finish("Because.")
            assert words(read(stream.data)) == "Because."
            response = talk.api.post(talk.path, {"content": "a"})
            problem(response, 503, "unavailable")
            assert int(response.headers["Retry-After"]) >= 1
        assert len(talk.messages()) == 2

    def test_a_server_about_to_end_still_knows_its_answers(
        self, talk: Talk, services: Services
    ) -> None:
        id = talk.ask("Why?", client_id="one")
        with draining(services):
            again = talk.api.post(talk.path, {"content": "Why?", "client_id": "one"})
            assert value(again, 200)["id"] == id
            for verb, status in (("regenerate", 503), ("continue", 409)):
                assert talk.api.post(f"/api/messages/{id}/{verb}").status_code == status
            assert talk.api.get(f"/api/messages/{id}/stream").status_code == 200


class TestForm:
    """RFC 9457 on the API, a page elsewhere."""

    def test_a_fault_of_ours_tells_nothing(
        self, app: Flask, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("a secret")

        monkeypatch.setattr("chatapp.chat.listing.conversations", fail)
        assert "secret" not in problem(api.get(CHATS), 500, "internal_error")

    def test_elsewhere_it_is_a_page(self, app: Flask) -> None:
        response = app.test_client().get("/nothing")
        assert (response.status_code, response.mimetype) == (404, "text/html")

    def test_people_are_asked_to_sign_in_and_programs_for_a_token(self, app: Flask) -> None:
        client = app.test_client()
        page = client.get("/settings")
        assert (page.status_code, page.mimetype) == (401, "text/html")
        assert "Sign in to go on." in page.text
        assert 'href="/login?next=%2Fsettings"' in page.text
        assert "Bearer" not in page.text
        assert "token" in problem(client.get("/api/me"), 401, "unauthenticated")
        refused = client.get("/settings", headers={"Authorization": "Bearer chat_nope"})
        assert "This token is not valid." in refused.text
        assert "This ticket is not valid." in client.get("/settings?ticket=nope").text

    def test_who_asks_a_page_for_a_stream_reads_a_problem(self, app: Flask) -> None:
        accept = {"Accept": "text/event-stream"}
        response = app.test_client().post("/", data={"content": " "}, headers=accept)
        problem(response, 422, "invalid_value")


class TestDatabaseAway:
    """The database cannot be reached, or cannot be written to: nothing is half-stored."""

    def everything(self, talk: Talk) -> list[Any]:
        paths = (CHATS, f"{CHATS}/{talk.id}", talk.path, "/api/me")
        return [value(talk.api.get(path)) for path in paths]

    def test_a_send_is_refused_and_can_be_repeated(
        self, talk: Talk, services: Services, database_url: str
    ) -> None:
        with away(services, database_url):
            refused = talk.api.post(talk.path, {"content": "Why?", "client_id": "one"})
            problem(refused, 503, "unavailable")
            assert int(refused.headers["Retry-After"]) >= 1
        assert count_rows(services.database, Conversation, Message, Send, Run) == [1, 0, 0, 0]
        assert talk.model.is_idle
        talk.ask("Why?", client_id="one")
        assert count_rows(services.database, Conversation, Message, Send, Run) == [1, 2, 1, 0]

    def test_every_change_is_refused_and_changes_nothing(
        self, talk: Talk, services: Services, database_url: str
    ) -> None:
        id = talk.ask()
        before = self.everything(talk)
        with away(services, database_url):
            for method, path, body in (
                ("POST", CHATS, {"title": "New"}),
                ("PATCH", f"{CHATS}/{talk.id}", {"title": "New"}),
                ("DELETE", f"{CHATS}/{talk.id}", None),
                ("POST", f"/api/messages/{id}/feedback", {"rating": "bad"}),
                ("POST", f"/api/messages/{id}/regenerate", {}),
                ("POST", f"/api/messages/{id}/stop", None),
                ("PATCH", "/api/me", {"name": "New"}),
            ):
                refused = talk.api.call(method, path, json=body)
                problem(refused, 503, "unavailable")
                assert int(refused.headers["Retry-After"]) >= 1
        assert self.everything(talk) == before
        assert talk.model.is_idle

    def test_a_running_answer_goes_on_and_is_kept(
        self, talk: Talk, services: Services, database_url: str
    ) -> None:
        stream = talk.api.ask(talk.id, "Why?")
        asked = talk.model.asked()
        events = hear(stream.iter_encoded())
        with away(services, database_url):
            asked.finish("Because.")
            assert next(each for each in events if each.name == "message").data["content"]
        assert list(events)[-1].data["status"] == "complete"
        assert talk.messages()[1]["text"] == "Because."

    def test_whoever_was_away_for_a_moment_is_not_missed(
        self, talk: Talk, services: Services, database_url: str
    ) -> None:
        talk.ask()
        with away(services, database_url):
            pass
        talk.ask()  # although its connections were cut
        assert len(talk.messages()) == 4

    def test_a_crowd_that_waits_for_connections_is_told_to_come_back(
        self, talk: Talk, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def exhausted(work: object, **how: object) -> None:
            raise TimeoutError("no connection came free")

        monkeypatch.setattr(services.database, "write", exhausted)
        refused = talk.api.post(talk.path, {"content": "Why?"})
        problem(refused, 503, "unavailable")
        assert int(refused.headers["Retry-After"]) >= 1


def test_a_request_ends_well_though_the_database_goes_away_within_it(
    app: Flask, services: Services, database_url: str
) -> None:
    with app.app_context():
        assert db.session.scalar(select(1)) == 1
        with away(services, database_url):
            pass
    with app.app_context():
        assert db.session.scalar(select(1)) == 1
