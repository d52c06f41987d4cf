"""Chat rooms: words and their sources, asked by a form or by an `EventSource`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.errors import ProviderDisconnected
from chatapp.events import Reasoning, Source, Sources
from chatapp.models import Citation
from tests.conftest import Api
from tests.support.browsing import signed_in
from tests.support.frames import STREAM, check_resuming, frames, told, whole
from tests.support.replies import items, value
from tests.support.rows import count_rows
from tests.support.scripted import Asked, Scripted

SOURCE = Source("7", "HR Policy", "Thirty days a year.", "https://example.org/hr", "hr/policy.md")
BEGINNING = {"event": "start", "data": {"message": "Starting AI response..."}}
TROUBLE = {"error": "Failed to process message"}


def by_form(
    api: Api, room: str, message: str = "Why?", last: str = "", **fields: str
) -> TestResponse:
    """Asks in a room by its form."""
    headers = {"Last-Event-ID": last} if last else {}
    data = {"message": message, **fields}
    path = f"/api/chat-rooms/{room}/stream"
    return api.call("POST", path, data=data, headers=headers, buffered=False)


def by_source(api: Api, room: str = "", message: str = "Why?", last: str = "") -> TestResponse:
    """Asks as an `EventSource` does."""
    query = {"message": message} | ({"chatRoomId": room} if room else {})
    headers = STREAM | ({"Last-Event-ID": last} if last else {})
    return api.get(f"/api/chat/stream?{urlencode(query)}", headers=headers, buffered=False)


WAYS = pytest.mark.parametrize("ask", [by_form, by_source])


def answered(response: TestResponse, model: Scripted) -> list[Any]:
    """What the stream holds, once the model has answered."""
    model.asked().finish("Because.")
    return told(frames(response))


def refused(response: TestResponse, status: int) -> str:
    """The words of a refusal."""
    body = value(response, status)
    assert body["error"] == body["detail"]
    return str(body["error"])


def messages(api: Api, room: str) -> list[dict[str, Any]]:
    """What was said in a room."""
    return items(api.get(f"/api/conversations/{room}/messages"))


@WAYS
def test_words_and_sources_come_between_start_and_end(api: Api, model: Scripted, ask: Any) -> None:
    room = api.conversation()
    response = ask(api, room)
    model.asked().finish(Sources((SOURCE,)), Reasoning("Hm"), "Be", "cause [1].")
    events = frames(response)
    first, sources, *words, last = told(events)
    assert [event.event for event in (events[0], events[1], events[-1])] == [
        "message",
        "sources",
        "end",
    ]
    assert (first, last) == (BEGINNING, {"type": "end"})
    assert sources["type"] == "sources"
    (source,) = sources["sources"]
    assert (source["id"], source["title"], source["content"]) == (
        SOURCE.id,
        SOURCE.title,
        SOURCE.content,
    )
    assert {event.event for event in events[2:-1]} == {"message"}
    assert all(piece["type"] == "content" for piece in words)
    assert "".join(piece["content"] for piece in words) == "Because [1]."
    assert messages(api, room)[-1]["sources"][0]["title"] == "HR Policy"


def test_what_an_answer_rests_on_is_kept_beside_it(
    api: Api, model: Scripted, services: Services
) -> None:
    room = api.conversation()
    other = Source("8" * 300, "Works agreement", "Halves.", None, None, 2)
    for cited in (Sources((SOURCE, other)), Sources((SOURCE,))):
        response = by_form(api, room)
        model.asked().finish(cited, "Because.")
        frames(response)
    _, first, _, second = messages(api, room)
    wanted = select(Citation.message_id, Citation.number, Citation.title, Citation.content)
    kept = services.database.read(lambda c: {tuple(row) for row in c.execute(wanted)})
    assert kept == {
        (first["id"], 1, "HR Policy", "Thirty days a year."),
        (first["id"], 2, "Works agreement", "Halves."),
        (second["id"], 1, "HR Policy", "Thirty days a year."),
    }
    same = select(Citation.message_id).where(Citation.knowledge_id == "7")
    citing = services.database.read(lambda connection: set(connection.scalars(same)))
    assert citing == {first["id"], second["id"]}
    assert api.call("DELETE", f"/api/conversations/{room}").status_code == 204
    assert count_rows(services.database, Citation) == [0]


@WAYS
def test_a_reader_that_lost_its_line_goes_on(api: Api, model: Scripted, ask: Any) -> None:
    room = api.conversation()
    response = ask(api, room)
    model.asked().finish(Sources((SOURCE,)), "Be", "cause.")
    check_resuming(frames(response), lambda id: ask(api, room, last=id))
    assert model.is_idle
    assert len(messages(api, room)) == 2


@WAYS
@pytest.mark.parametrize("begun", ["", "Be"])
def test_trouble_is_the_last_event(api: Api, model: Scripted, ask: Any, begun: str) -> None:
    room = api.conversation()
    response = ask(api, room)
    asked = model.asked()
    if begun:
        asked.say(begun)
    asked.fail(ProviderDisconnected())
    events = frames(response)
    assert (events[-1].event, told(events)[-1]) == ("error", TROUBLE)
    assert [each.get("content") for each in told(events)[1:-1]] == ([begun] if begun else [])
    assert messages(api, room)[-1]["status"] == "failed"
    assert ask(api, room, last=events[-1].id).status_code == 204


@WAYS
def test_a_server_that_ends_is_trouble(
    api: Api, model: Scripted, services: Services, ask: Any
) -> None:
    response = ask(api, api.conversation())
    model.asked().say("Be")
    services.engine.interrupt()
    assert told(frames(response))[-1] == TROUBLE


@WAYS
def test_a_room_is_a_conversation_of_ones_own(
    api: Api, other: Api, model: Scripted, ask: Any
) -> None:
    room = api.conversation()
    answered(ask(api, room), model)
    response = ask(api, room, "And?")
    asked: Asked = model.asked()
    asked.finish("So.")
    frames(response)
    assert [turn.content for turn in asked.prompt.turns] == ["Why?", "Because.", "And?"]
    for stranger, unknown in ((other, room), (api, "0" * 24), (api, "nonsense")):
        refused(ask(stranger, unknown), 404)
    assert model.is_idle
    assert api.call("DELETE", f"/api/conversations/{room}").status_code == 204
    refused(ask(api, room), 404)


def test_without_a_room_there_is_a_new_one(api: Api, model: Scripted) -> None:
    for count in (1, 2):
        answered(by_source(api), model)
        rooms = items(api.get("/api/conversations"))
        assert [room["title"] for room in rooms] == ["Why?"] * count


def test_the_same_url_follows_the_answer_that_is_being_written(api: Api, model: Scripted) -> None:
    first = by_source(api)
    asked = model.asked()
    second = by_source(api)
    assert model.is_idle
    asked.finish("Because.")
    assert whole(frames(first)) == whole(frames(second))
    assert len(items(api.get("/api/conversations"))) == 1


def test_a_ticket_opens_its_answer_again(app: Flask, api: Api, model: Scripted) -> None:
    ticket = value(api.post("/api/stream-tickets", {"path": "/api/chat/stream"}), 201)["ticket"]
    client = app.test_client()
    address = f"/api/chat/stream?message=Why&ticket={ticket}"
    response = client.get(address, headers=STREAM, buffered=False)
    model.asked().finish("Because.")
    events = frames(response)
    check_resuming(events, lambda id: client.get(address, headers={"Last-Event-ID": id}))
    assert client.get(address).status_code == 401
    assert model.is_idle


def test_a_form_that_is_sent_twice_asks_once(api: Api, model: Scripted) -> None:
    room = api.conversation()
    first = by_form(api, room, client_id="once")
    asked = model.asked()
    second = by_form(api, room, client_id="once")
    asked.finish("Because.")
    assert whole(frames(first)) == whole(frames(second))
    refused(by_form(api, room, "Other?", client_id="once"), 409)
    assert model.is_idle


def test_a_form_may_come_in_either_way(api: Api, model: Scripted) -> None:
    for kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        room = api.conversation()
        form = {"data": {"message": "One\r\ntwo"}, "content_type": kind, "buffered": False}
        response = api.call("POST", f"/api/chat-rooms/{room}/stream", **form)
        assert answered(response, model)[-1] == {"type": "end"}
        assert messages(api, room)[0]["text"] == "One\ntwo"


@WAYS
def test_there_must_be_a_message(api: Api, model: Scripted, ask: Any) -> None:
    room = api.conversation()
    assert refused(ask(api, room, ""), 400) == "Message is required"
    for wrong in (" ", "\0"):
        refused(ask(api, room, wrong), 422)
    refused(ask(api, room, "x" * 32_001), 413)
    assert model.is_idle
    assert messages(api, room) == []


def test_what_holds_no_message_at_all_is_refused(api: Api) -> None:
    path = f"/api/chat-rooms/{api.conversation()}/stream"
    assert refused(api.post(path, {"message": "Why?"}), 400) == "Message is required"
    assert refused(api.get("/api/chat/stream", headers=STREAM), 400) == "Message is required"
    refused(api.get(path), 405)


@WAYS
def test_nobody_is_refused(app: Flask, api: Api, ask: Any) -> None:
    refused(ask(Api(app.test_client(), {}, ""), api.conversation()), 401)


def test_a_browser_needs_the_csrf_token_for_the_form_alone(
    app: Flask, services: Services, model: Scripted
) -> None:
    guest = signed_in(app, services, None)
    browser = Api(guest.client, {}, guest.user_id)
    answered(by_source(browser), model)
    (room,) = [each["id"] for each in items(browser.get("/api/conversations"))]
    refused(by_form(browser, room), 403)
    answered(by_form(browser, room, csrf_token=guest.token), model)


def test_a_field_without_a_name_is_refused(app: Flask, services: Services) -> None:
    guest = signed_in(app, services, None)
    headers = {"X-CSRFToken": guest.token, "Content-Type": "multipart/form-data; boundary=x"}
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nWhy?\r\n--x--\r\n"
    room = value(guest.call("POST", "/api/conversations", {}), 201)["id"]
    path = f"/api/chat-rooms/{room}/stream"
    refused(guest.client.post(path, data=body, headers=headers), 400)


class TestOneAtATime:
    """An installation where a person has one answer at a time."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "1"}

    @WAYS
    def test_the_limits_of_a_send_count(self, api: Api, model: Scripted, ask: Any) -> None:
        room = api.conversation()
        ask(api, room, "First?")
        asked = model.asked()
        response = ask(api, room)
        refused(response, 429)
        assert int(response.headers["Retry-After"]) > 0
        asked.finish("Because.")
