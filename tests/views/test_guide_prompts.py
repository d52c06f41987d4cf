"""The chat in prompt frames: asked by a POST, followed by whoever knows the answer's id."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.errors import ProviderDisconnected
from chatapp.events import Reasoning, Text, Usage
from chatapp.models import Message, Ticket, User, now
from tests.conftest import Api
from tests.support.frames import check_resuming, frames, told
from tests.support.replies import items, value
from tests.support.scripted import Asked, Scripted

USERS = "/api/users"
STREAM = "/api/users/stream"
WORDS = "Ça va? 日本語 👩‍👩‍👧\u2028<b>&amp;</b> `code`\n"


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Somebody who knows a `chatId` and nothing else."""
    return app.test_client()


def ask(api: Api, prompt: str = "Why?") -> str:
    """Asks; the id to follow the answer by."""
    made = value(api.post(USERS, {"prompt": prompt}))
    assert set(made) == {"chatId"}
    return str(made["chatId"])


def follow(client: FlaskClient, chat_id: str, last: str = "") -> TestResponse:
    """Opens the stream, which is read later."""
    headers = {"Last-Event-ID": last} if last else {}
    return client.get(STREAM, query_string={"chatId": chat_id}, headers=headers, buffered=False)


def begin(api: Api, model: Scripted) -> tuple[str, Asked]:
    """A question that the model hears."""
    return ask(api), model.asked()


def refused(response: TestResponse, status: int) -> str:
    """The words of a refusal."""
    body = value(response, status)
    assert body["error"] == body["detail"]
    return str(body["error"])


def test_the_frames_hold_pieces_and_the_last_one_says_done(
    api: Api, model: Scripted, stranger: FlaskClient
) -> None:
    chat_id, asked = begin(api, model)
    response = follow(stranger, chat_id)
    asked.finish(Reasoning("Hm"), WORDS, Text("No.", refusal=True), Usage(1, 2))
    *pieces, done = told(frames(response))
    assert done == "[DONE]"
    assert all(set(piece) == {"prompt"} for piece in pieces)
    assert "".join(piece["prompt"] for piece in pieces) == WORDS + "No."


def test_the_first_frame_says_when_to_come_back(
    api: Api, model: Scripted, stranger: FlaskClient
) -> None:
    chat_id, asked = begin(api, model)
    asked.finish("Because.")
    assert follow(stranger, chat_id).data.startswith(b'id: 0.0\nretry: 2000\ndata: {"prompt":""}\n')


def test_a_reader_that_lost_its_line_goes_on(
    api: Api, model: Scripted, stranger: FlaskClient
) -> None:
    chat_id, asked = begin(api, model)
    asked.finish("Be", "cause.")
    events = frames(follow(stranger, chat_id))
    check_resuming(events, lambda id: follow(stranger, chat_id, id))
    assert model.is_idle


def test_leaving_is_not_stopping(api: Api, model: Scripted, stranger: FlaskClient) -> None:
    chat_id, asked = begin(api, model)
    asked.say("Be")
    follow(stranger, chat_id).close()
    asked.finish("cause.")
    pieces = told(frames(follow(stranger, chat_id)))[:-1]
    assert "".join(piece["prompt"] for piece in pieces) == "Because."


def test_what_was_said_is_stored_and_heard_again(api: Api, model: Scripted) -> None:
    for _ in range(2):
        _, asked = begin(api, model)
        asked.finish("Because.")
        (conversation,) = items(api.get("/api/conversations"))
        api.get(f"/api/conversations/{conversation['id']}/messages")
    assert [turn.content for turn in asked.prompt.turns] == ["Why?", "Because.", "Why?"]


@pytest.mark.parametrize("begun", ["", "Be"])
def test_trouble_is_an_event_that_a_source_calls_an_error(
    api: Api, model: Scripted, stranger: FlaskClient, begun: str
) -> None:
    chat_id, asked = begin(api, model)
    if begun:
        asked.say(begun)
    asked.fail(ProviderDisconnected())
    events = frames(follow(stranger, chat_id))
    *pieces, trouble, done = told(events)
    assert "".join(piece["prompt"] for piece in pieces) == begun
    assert (events[-2].event, trouble) == ("error", {"error": str(ProviderDisconnected())})
    assert done == "[DONE]"
    assert follow(stranger, chat_id, events[-1].id).status_code == 204


def test_a_server_that_ends_says_that_the_answer_is_not_whole(
    api: Api, model: Scripted, services: Services, stranger: FlaskClient
) -> None:
    chat_id, asked = begin(api, model)
    asked.say("Be")
    response = follow(stranger, chat_id)
    services.engine.interrupt()
    events = frames(response)
    assert [event.event for event in events][-2:] == ["error", "message"]
    assert told(events)[-1] == "[DONE]"


def test_the_id_cannot_be_guessed_and_is_not_kept(
    api: Api, model: Scripted, services: Services
) -> None:
    chat_id, asked = begin(api, model)
    asked.finish("Because.")
    assert re.fullmatch(r"[\w-]{22}", chat_id)  # 128 bits
    kept = services.database.read(lambda connection: connection.execute(select(Ticket)).one())
    assert chat_id not in str(kept)


def test_the_id_follows_one_answer_for_an_hour(
    api: Api, model: Scripted, services: Services, stranger: FlaskClient
) -> None:
    chat_id, asked = begin(api, model)
    asked.finish("Because.")
    for wrong in ("x", "0" * 22, chat_id[:-1], f"{chat_id}0", "\0"):
        refused(follow(stranger, wrong), 404)
    refused(stranger.get(STREAM), 400)
    refused(follow(stranger, chat_id, "words"), 400)
    ticket = f"/api/messages/{message_of(services)}/stream?ticket={chat_id}"
    assert stranger.get(ticket).status_code == 401
    change(services, update(Ticket).values(expires_at=now() + timedelta(minutes=1)))
    frames(follow(stranger, chat_id))
    change(services, update(Ticket).values(expires_at=now()))
    refused(follow(stranger, chat_id), 404)


def test_nobody_follows_what_somebody_said_who_is_shut_out(
    api: Api, model: Scripted, services: Services, stranger: FlaskClient
) -> None:
    chat_id, asked = begin(api, model)
    asked.finish("Because.")
    change(services, update(User).values(disabled_at=now()))
    refused(follow(stranger, chat_id), 404)


def test_a_conversation_that_is_deleted_takes_its_ids_along(
    api: Api, model: Scripted, stranger: FlaskClient
) -> None:
    chat_id, asked = begin(api, model)
    asked.finish("Because.")
    (conversation,) = items(api.get("/api/conversations"))
    assert api.call("DELETE", f"/api/conversations/{conversation['id']}").status_code == 204
    refused(follow(stranger, chat_id), 404)


def test_what_cannot_be_asked_is_refused(api: Api) -> None:
    wrong: list[object] = [{}, {"prompt": ""}, {"prompt": " "}, {"prompt": 1}, {"prompt": "\0"}, []]
    for body in wrong:
        refused(api.post(USERS, body), 422)
    refused(api.post(USERS, {"prompt": "x" * 32_001}), 413)
    refused(api.post(USERS, headers={"Content-Type": "text/plain"}), 415)
    refused(api.call("POST", USERS, data="{", content_type="application/json"), 400)
    refused(api.call("PUT", USERS), 405)
    refused(api.post(USERS, headers={"Authorization": "Bearer no"}), 401)
    assert items(api.get("/api/conversations")) == []


def test_a_guest_needs_no_cookie_and_gets_none(app: Flask, model: Scripted) -> None:
    guest = Api(app.test_client(), {}, "")
    chat_id, asked = begin(guest, model)
    asked.finish("Because.")
    assert told(frames(follow(guest.client, chat_id)))[-1] == "[DONE]"
    assert guest.client.get_cookie("chatapp") is None


class TestWithoutGuests:
    """An installation that wants to know who asks."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_GUESTS": "0"}

    def test_nobody_is_refused(self, app: Flask) -> None:
        refused(Api(app.test_client(), {}, "").post(USERS, {"prompt": "Why?"}), 401)


class TestOneAtATime:
    """An installation where a person has one answer at a time."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "1"}

    def test_the_limits_of_a_send_count(self, api: Api, model: Scripted) -> None:
        _, asked = begin(api, model)
        response = api.post(USERS, {"prompt": "And?"})
        refused(response, 429)
        assert int(response.headers["Retry-After"]) > 0
        asked.finish("Because.")


def message_of(services: Services) -> str:
    """The id of the only answer."""
    wanted = select(Message.id).where(Message.role == "assistant")
    return str(services.database.read(lambda connection: connection.scalar(wanted)))


def change(services: Services, statement: object) -> None:
    """Changes rows behind the app's back."""
    services.database.write(lambda connection: connection.execute(statement))  # type: ignore[call-overload]
