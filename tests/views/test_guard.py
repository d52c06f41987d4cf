"""Who may do what: tokens, cookies, guests, nobody; and that nobody touches what is not theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select, update

from chatapp.accounts import tokens
from chatapp.chat.services import Services
from chatapp.events import Finish
from chatapp.models import BrowserSession, Conversation, Message, Token, User, now
from tests.conftest import Api
from tests.support.browsing import signed_in
from tests.support.replies import items, problem, value
from tests.support.scripted import Scripted
from tests.support.talk import Talk
from tests.support.visitor import Visitor

CHATS = "/api/conversations"
OF_A_CONVERSATION = [
    ("GET", CHATS + "/{id}"),
    ("PATCH", CHATS + "/{id}"),
    ("DELETE", CHATS + "/{id}"),
    ("GET", CHATS + "/{id}/messages"),
    ("POST", CHATS + "/{id}/messages"),
]
OF_A_MESSAGE = [
    ("GET", "/api/messages/{id}"),
    ("GET", "/api/messages/{id}/stream"),
    ("POST", "/api/messages/{id}/stop"),
    ("POST", "/api/messages/{id}/feedback"),
    ("POST", "/api/messages/{id}/regenerate"),
    ("POST", "/api/messages/{id}/continue"),
]
ALL = [
    ("GET", CHATS),
    ("POST", CHATS),
    ("GET", "/api/me"),
    ("PATCH", "/api/me"),
    *OF_A_CONVERSATION,
    *OF_A_MESSAGE,
]
UNSAFE = [(method, path) for method, path in ALL if method != "GET"]


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


@pytest.fixture
def guest(app: Flask, model: Scripted) -> FlaskClient:
    """The browser of a guest, who has asked one question."""
    return begin_guest(app, model)


def begin_guest(app: Flask, model: Scripted) -> FlaskClient:
    client = app.test_client()
    accept = {"Accept": "text/event-stream"}
    stream = client.post("/", data={"content": "Who am I?"}, headers=accept, buffered=False)
    model.asked().finish("A guest.")
    assert b"A guest." in stream.data
    return client


def csrf(client: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": value(client.get("/api/me"))["csrf_token"]}


class TestNobody:
    """Without a credential, or with one that is not valid."""

    @pytest.mark.parametrize(("method", "path"), ALL)
    def test_nobody_gets_nowhere(self, app: Flask, method: str, path: str) -> None:
        response = app.test_client().open(path.format(id="x"), method=method)
        problem(response, 401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"

    def test_a_token_that_is_not_valid_is_nobodys(
        self, app: Flask, api: Api, guest: FlaskClient
    ) -> None:
        for credential in (
            *(
                "Bearer",
                "Bearer ",
                "Bearer chat_x",
                "bearer  x y",
                "Bearer \xff",
                "BEARER " + "x" * 9999,
            ),
        ):
            for client in (app.test_client(), guest):  # a guest's cookie changes nothing
                response = client.get(CHATS, headers={"Authorization": credential})
                problem(response, 401, "unauthenticated")
                assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'

    def test_another_scheme_is_no_credential(self, app: Flask) -> None:
        response = app.test_client().get(CHATS, headers={"Authorization": "Basic YTpi"})
        problem(response, 401, "unauthenticated")

    def test_a_token_is_read_as_clients_write_it(self, api: Api) -> None:
        token = api.headers["Authorization"].removeprefix("Bearer ")
        for credential in (f"bearer {token}", f"BEARER   {token}  "):
            response = api.client.get(CHATS, headers={"Authorization": credential})
            assert response.status_code == 200

    def test_an_expired_or_revoked_token_is_not_valid(self, api: Api, services: Services) -> None:
        expired = update(Token).values(expires_at=now() - timedelta(seconds=1))
        services.database.write(lambda connection: connection.execute(expired))
        problem(api.get(CHATS), 401, "unauthenticated")
        services.database.write(lambda connection: connection.execute(delete(Token)))
        problem(api.get(CHATS), 401, "unauthenticated")

    def test_a_token_dies_with_its_owner(self, api: Api, services: Services) -> None:
        services.database.write(lambda connection: connection.execute(delete(User)))
        problem(api.get("/api/me"), 401, "unauthenticated")

    def test_options_need_no_credential(self, app: Flask) -> None:
        response = app.test_client().options(CHATS)
        assert response.status_code == 200
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


class TestOthers:
    """What belongs to someone else is not there, on every address."""

    @pytest.mark.parametrize("verb", ["theirs", "unknown", "impossible"])
    def test_somebody_elses_is_not_found(self, talk: Talk, other: Api, verb: str) -> None:
        answer = talk.ask("Why?", "Half", Finish("length"))
        before = talk.messages()
        conversation, message = {
            "theirs": (talk.id, answer),
            "unknown": ("0" * 24, "0" * 24),
            "impossible": ("%00", "a%2Fb%FF"),
        }[verb]
        for paths, id in ((OF_A_CONVERSATION, conversation), (OF_A_MESSAGE, message)):
            for method, path in paths:
                body = {"content": "Mine!", "title": "Mine!", "rating": "bad"}
                json = None if method in ("GET", "DELETE") else body
                response = other.call(method, path.format(id=id), json=json)
                problem(response, 404, "not_found")
        assert talk.messages() == before
        assert value(talk.api.get(f"{CHATS}/{talk.id}"))["title"] == "Why?"
        assert talk.model.is_idle

    def test_a_question_of_theirs_is_no_parent(self, talk: Talk, other: Api) -> None:
        mine = Talk(other, talk.model)
        refused = other.post(mine.path, {"content": "Why?", "parent_id": talk.ask()})
        problem(refused, 422, "invalid_value")

    def test_lists_hold_ones_own_alone(self, talk: Talk, other: Api) -> None:
        talk.ask()
        mine = Talk(other, talk.model)
        assert [item["id"] for item in items(other.get(CHATS))] == [mine.id]

    def test_a_running_answer_of_theirs_goes_on(self, talk: Talk, other: Api) -> None:
        stream = talk.api.ask(talk.id, "Why?")
        asked = talk.model.asked()
        question, answer = talk.messages()
        for message in (question, answer):
            problem(other.post(f"/api/messages/{message['id']}/stop"), 404, "not_found")
        problem(other.call("DELETE", f"{CHATS}/{talk.id}"), 404, "not_found")
        asked.finish("Because.")
        assert b"Because." in stream.data
        assert talk.message(answer["id"])["status"] == "complete"


class TestScope:
    """A token of scope `chat` reaches conversations and messages, and nothing else."""

    @pytest.fixture
    def limited(self, api: Api, services: Services) -> Api:
        token = tokens.create(services.database, api.user_id, "phone", scope="chat")
        return Api(api.client, {"Authorization": f"Bearer {token}"}, api.user_id)

    def test_conversations_and_messages_are_reached(self, limited: Api, model: Scripted) -> None:
        talk = Talk(limited, model)
        answer = talk.ask("Why?", "Half", Finish("length"))
        talk.again("regenerate", answer)
        talk.again("continue", answer)
        body = {"title": "Mine", "rating": "good"}
        for method, path in OF_A_CONVERSATION[:1] + OF_A_MESSAGE[:4] + OF_A_CONVERSATION[1:3]:
            id = answer if "messages" in path else talk.id
            json = None if method in ("GET", "DELETE") else body
            assert limited.call(method, path.format(id=id), json=json).status_code < 300

    def test_the_account_is_out_of_reach(self, limited: Api, api: Api) -> None:
        problem(limited.get("/api/me"), 403, "forbidden")
        problem(limited.call("PATCH", "/api/me", json={"name": "Eve"}), 403, "forbidden")
        assert value(api.get("/api/me"))["name"] is None
        assert limited.client.options("/api/me").status_code == 200


class TestCookie:
    """A browser proves with a token in its page that the page meant it."""

    def test_a_guest_is_known_by_the_cookie(self, guest: FlaskClient) -> None:
        assert value(guest.get("/api/me"))["email"] is None
        (conversation,) = items(guest.get(CHATS))
        assert conversation["title"] == "Who am I?"

    @pytest.mark.parametrize("token", [None, "", "x", "a.b.c", "ä"])
    def test_without_the_csrf_token_nothing_changes(
        self, guest: FlaskClient, token: str | None, services: Services
    ) -> None:
        (conversation,) = items(guest.get(CHATS))
        headers = {} if token is None else {"X-CSRFToken": token.encode().decode("latin-1")}
        for method, path in UNSAFE:
            id = conversation["id"]
            response = guest.open(path.format(id=id), method=method, headers=headers, json={})
            problem(response, 403, "csrf_failed")
        assert items(guest.get(CHATS)) == [conversation]
        assert len(services.database.read(lambda c: c.execute(select(Message.id)).all())) == 2

    def test_the_csrf_token_of_another_browser_does_not_do(
        self, app: Flask, guest: FlaskClient, model: Scripted
    ) -> None:
        another = begin_guest(app, model)
        response = guest.post(CHATS, json={}, headers=csrf(another))
        problem(response, 403, "csrf_failed")

    def test_the_csrf_token_lives_as_long_as_the_session(self, guest: FlaskClient) -> None:
        first = csrf(guest)
        for headers in (first, csrf(guest), first):
            assert guest.post(CHATS, json={}, headers=headers).status_code == 201
        assert guest.patch("/api/me", json={"name": "Ann"}, headers=first).status_code == 200

    def test_a_token_needs_no_csrf_token_and_gets_none(self, api: Api) -> None:
        assert value(api.get("/api/me"))["csrf_token"] is None
        assert api.post(CHATS, {}).status_code == 201

    def test_a_cookie_whose_session_is_gone_is_nobodys(
        self, guest: FlaskClient, services: Services
    ) -> None:
        services.database.write(lambda connection: connection.execute(delete(BrowserSession)))
        problem(guest.get(CHATS), 401, "unauthenticated")

    def test_a_cookie_that_was_changed_is_nobodys(self, guest: FlaskClient) -> None:
        cookie = guest.get_cookie("chatapp")
        assert cookie
        for broken in (cookie.value[:-2], "x" + cookie.value, "", "ä"):
            guest.set_cookie("chatapp", broken)
            problem(guest.get(CHATS), 401, "unauthenticated")

    def test_the_cookie_is_out_of_reach_for_scripts(self, guest: FlaskClient) -> None:
        cookie = guest.get_cookie("chatapp")
        assert cookie
        assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
        assert not cookie.domain or cookie.origin_only


class TestGuestsOff:
    """Where guests may not chat."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_GUESTS": "0"}

    def test_nobody_becomes_a_guest(self, app: Flask, services: Services) -> None:
        client = app.test_client()
        assert client.post("/", data={"content": "Hello?"}).status_code == 401
        assert client.get("/api/me").status_code == 401
        assert services.database.read(lambda c: c.execute(select(User.id)).all()) == []

    def test_who_was_one_before_can_only_take_along_what_they_wrote(
        self, app: Flask, services: Services, cheap_passwords: None
    ) -> None:
        guest = signed_in(app, services, None)
        kept = insert(Conversation).values(id="a", user_id=guest.user_id, title="Mine")
        services.database.write(lambda connection: connection.execute(kept))
        assert guest.get("/").location == "/login"
        for path in ("/c/a", "/list", "/profile", "/events", "/api/me", "/api/conversations"):
            assert guest.get(path).status_code == 401
        stream = {"Accept": "text/event-stream"}
        assert guest.get("/hello", **stream).status_code == 401
        visitor = Visitor(guest.client)
        for path in ("/", "/c/a"):
            assert visitor.send(path, "/login", content="Why?").status_code == 401
        assert guest.get("/settings/export").json["conversations"][0]["title"] == "Mine"  # type: ignore[index]
        assert visitor.sign_up("ann@example.org").status_code == 303
        assert "Mine" in guest.get("/c/a").text


def test_an_account_signed_in_by_cookie_is_no_guest(app: Flask, services: Services) -> None:
    signed: dict[str, Any] = {"sid": "s" * 32}
    made = insert(User).values(id="ann", email="ann@example.org")
    begun = insert(BrowserSession).values(id=signed["sid"], user_id="ann")
    services.database.write(lambda connection: connection.execute(made))
    services.database.write(lambda connection: connection.execute(begun))
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(signed)
    assert value(client.get("/api/me"))["email"] == "ann@example.org"
