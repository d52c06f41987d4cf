"""The live feed of a person: what it says, to whom, and from which processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from chatapp import create_app
from chatapp.accounts import sessions, tokens
from chatapp.accounts.identity import SESSION_KEY
from chatapp.chat.access import Person
from chatapp.chat.questions import Question
from chatapp.chat.sending import send
from chatapp.chat.services import Services
from chatapp.live.follow import wait
from chatapp.models import Run
from tests.conftest import Api
from tests.support.browsing import signed_in
from tests.support.ending import end
from tests.support.listening import COMMENT, SYNC, Listening
from tests.support.scripted import Scripted
from tests.support.together import together

OPENING = (
    b'data: {"sender":"Server","message":"Welcome to the SSE connection!"}\n\n'
    b'data: {"type":"sync"}\n\n'
)


@pytest.fixture
def elsewhere(api: Api, services: Services, model: Scripted) -> Iterator[Api]:
    """The same person at another process over the same database."""
    second = create_app(services.settings, provider=model)
    yield Api(second.test_client(), api.headers, api.user_id)
    end(second)


def started(conversation: str, answer: str) -> dict[str, str]:
    return told("message.started", conversation, answer, "pending")


def ended(conversation: str, answer: str, status: str) -> dict[str, str]:
    return told("message.ended", conversation, answer, status)


def told(kind: str, conversation: str, answer: str = "", status: str = "") -> dict[str, str]:
    message = {"message_id": answer, "status": status} if answer else {}
    return {"type": kind, "conversation_id": conversation, **message}


def answer_of(api: Api, conversation: str) -> str:
    """The id of the newest message."""
    items = api.get(f"/api/conversations/{conversation}/messages").json["items"]  # type: ignore[index]
    return str(items[-1]["id"])


def test_the_feed_opens_with_a_welcome_and_the_wish_to_fetch_anew(api: Api) -> None:
    response = api.get("/events?limit=2", headers={"Accept": "text/event-stream"})
    assert response.data == OPENING
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache, no-transform"
    assert response.headers["X-Accel-Buffering"] == "no"


def test_the_limit_counts_the_welcome(api: Api) -> None:
    assert api.get("/events?limit=1").data == OPENING[: OPENING.index(b"\n\n") + 2]


@pytest.mark.parametrize("limit", ["0", "-1", "two", "1.5", "¹", "9" * 5000])
def test_a_limit_that_is_no_number_is_refused(api: Api, limit: str) -> None:
    response = api.get("/events", query_string={"limit": limit})
    assert (response.status_code, response.mimetype) == (400, "application/json")
    assert response.json["code"] == "invalid_request"  # type: ignore[index]


def test_other_methods_are_refused(api: Api) -> None:
    response = api.post("/events")
    assert (response.status_code, response.mimetype) == (405, "application/json")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer chat_wrong"}])
def test_nobody_hears_nothing(app: Flask, headers: dict[str, str]) -> None:
    headers = headers | {"Accept": "text/event-stream"}
    response = app.test_client().get("/events", headers=headers)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert (response.status_code, response.mimetype) == (401, "application/json")
    assert response.json["code"] == "unauthenticated"  # type: ignore[index]


def test_a_guest_listens_by_cookie(app: Flask, services: Services) -> None:
    client = app.test_client()
    _, session_id = sessions.begin_guest(services.database)
    with client.session_transaction() as session:
        session[SESSION_KEY] = session_id
    assert client.get("/events?limit=2").data == OPENING


def test_what_another_process_does_is_told_in_order(
    api: Api, elsewhere: Api, model: Scripted
) -> None:
    feed = Listening(api, limit=8)
    id = elsewhere.conversation()
    stream = elsewhere.ask(id, "Why?")
    model.asked().finish("Because.")
    assert stream.data
    answer = answer_of(elsewhere, id)
    elsewhere.call("PATCH", f"/api/conversations/{id}", json={"title": "Reasons"})
    elsewhere.call("DELETE", f"/api/conversations/{id}")
    assert feed.rest() == [
        told("conversation.created", id),
        told("conversation.updated", id),
        started(id, answer),
        ended(id, answer, "complete"),
        told("conversation.updated", id),
        told("conversation.deleted", id),
    ]


def test_an_answer_is_told_while_it_is_being_written(
    api: Api, elsewhere: Api, model: Scripted
) -> None:
    id = api.conversation()
    feed = Listening(elsewhere, limit=5)
    stream = api.ask(id, "Why?")
    asked = model.asked()
    assert [feed.next()["type"], feed.next()["type"]] == ["conversation.updated", "message.started"]
    asked.finish("Because.")
    assert [each["status"] for each in feed.rest()] == ["complete"]
    assert stream.data


def test_the_first_question_of_a_new_chat_makes_a_conversation(
    api: Api, services: Services, model: Scripted
) -> None:
    feed = Listening(api, limit=4)
    sent = send(services, Person(api.user_id), None, Question("Why?"))
    assert feed.rest() == [
        told("conversation.created", sent.conversation_id),
        started(sent.conversation_id, sent.message_id),
    ]
    model.asked().finish("Because.")
    assert sent.answer
    wait(sent.answer)


@pytest.mark.parametrize("again", ["regenerate", "continue"])
def test_another_answer_is_told(api: Api, model: Scripted, again: str) -> None:
    id = api.conversation()
    stream = api.ask(id, "Why?")
    model.asked().fail(ConnectionError())
    assert stream.data
    feed = Listening(api, limit=4)
    stream = api.post(
        f"/api/messages/{answer_of(api, id)}/{again}",
        headers={"Accept": "text/event-stream"},
        buffered=False,
    )
    model.asked().finish("Because.")
    assert stream.data
    answer = answer_of(api, id)
    assert feed.rest() == [started(id, answer), ended(id, answer, "complete")]


def test_an_answer_that_lost_its_process_is_told_once(
    api: Api,
    elsewhere: Api,
    services: Services,
    model: Scripted,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services.engine, "beat", lambda: None)  # as if it stood still
    id = api.conversation()
    stream = api.ask(id, "Why?")
    asked = model.asked()
    answer = answer_of(api, id)
    feed = Listening(api, limit=4)
    over = update(Run).values(leased_until=0)
    services.database.write(lambda connection: connection.execute(over))
    second: Services = elsewhere.client.application.extensions["chatapp"]
    together(3, lambda _: second.engine.sweep())
    asked.finish("Because.")
    assert stream.data
    api.call("PATCH", f"/api/conversations/{id}", json={"title": "Reasons"})
    assert feed.rest() == [
        ended(id, answer, "interrupted"),
        told("conversation.updated", id),
    ]


def test_every_tab_is_told_and_nobody_else(api: Api, elsewhere: Api, other: Api) -> None:
    tabs = [Listening(api, limit=3), Listening(api, limit=3), Listening(elsewhere, limit=3)]
    strangers = Listening(other, limit=3)
    mine, theirs = api.conversation(), other.conversation()
    for tab in tabs:
        assert tab.rest() == [told("conversation.created", mine)]
    assert strangers.rest() == [told("conversation.created", theirs)]


def test_more_may_listen_than_there_are_connections(api: Api) -> None:
    feeds = together(40, lambda _: Listening(api, limit=3))
    id = api.conversation()
    assert [feed.rest() for feed in feeds] == [[told("conversation.created", id)]] * 40


class TestSilence:
    """A feed in which nothing happens."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_HEARTBEAT_SECONDS": "0.1"}

    def test_comments_show_life(self, api: Api) -> None:
        feed = Listening(api, limit=3)
        assert [feed.next(), feed.next()] == [COMMENT, COMMENT]
        id = api.conversation()
        assert feed.rest()[-1] == told("conversation.created", id)


def test_a_process_that_is_to_end_lets_its_listeners_go(api: Api, services: Services) -> None:
    feed = Listening(api, limit=9)
    services.engine.watch(lambda: False, 0)
    assert feed.rest() == []
    assert Listening(api, limit=9).rest() == []


def test_a_listener_comes_again_after_a_while(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatapp.chat.changes.LASTS", -1.0)
    assert Listening(api, limit=9).rest() == []


def test_a_feed_ends_with_what_let_it_in_and_no_other_does(app: Flask, services: Services) -> None:
    ann = signed_in(app, services, "ann@example.org")
    cookie = ann.client.get_cookie("chatapp")
    assert cookie

    def api(token: str = "") -> Api:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Api(app.test_client(), headers, ann.user_id)

    browser = api()
    browser.client.set_cookie(cookie.key, cookie.value)
    token, other = (tokens.create(services.database, ann.user_id, name) for name in "ab")
    wish = ("/api/stream-tickets", {"path": "/events"})
    tickets = [ann.call("POST", *wish), api(token).post(*wish)]
    by_ticket = [Listening(api(), 9, made.json["ticket"]) for made in tickets]  # type: ignore[index]
    by_browser = [Listening(browser, 9), by_ticket[0]]
    by_token = [Listening(api(token), 9), by_ticket[1]]
    stays = Listening(api(other), 3)
    assert ann.post("/logout").status_code == 303
    assert [feed.rest() for feed in by_browser] == [[], []]
    items = api(other).get("/api/tokens").json["items"]  # type: ignore[index]
    (revoked,) = [each["id"] for each in items if each["name"] == "a"]
    assert api(other).call("DELETE", f"/api/tokens/{revoked}").status_code == 204
    assert [feed.rest() for feed in by_token] == [[], []]
    id = api(other).conversation()
    assert stays.rest() == [told("conversation.created", id)]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nobody_listens_for_a_client_that_left(api: Api, services: Services, method: str) -> None:
    response = api.call(method, "/events", buffered=False)
    assert services.changes.busy
    response.close()
    assert not services.changes.busy


def test_what_may_have_been_missed_is_to_be_fetched(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatapp.chat.changes.TRUSTED", -1.0)
    assert Listening(api, limit=3).rest() == [SYNC]
