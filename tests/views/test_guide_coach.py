"""The coach: who is served, what it knows and hears, and that it is asked once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.test import TestResponse

from chatapp.accounts import profile, tokens
from chatapp.chat import repeats
from chatapp.chat.services import Services
from chatapp.errors import ProviderDisconnected
from chatapp.events import Reasoning
from chatapp.models import User
from tests.conftest import Api
from tests.support.browsing import signed_in
from tests.support.frames import STREAM, check_resuming, frames, told, whole
from tests.support.nodes import node
from tests.support.replies import items, value
from tests.support.scripted import Asked, Scripted
from tests.support.together import together

COACH = "/api/coach/stream"
PROFILE = {"name": "Ann Lee", "age": 31, "gender": "female", "interests": ["chess", "tea"]}
INFO = "User Info:\nName: Ann\nAge: 31\nGender: female\nInterests: chess, tea"


def coach(
    api: Api, words: str = "How?", last: str = "", headers: dict[str, str] = STREAM, **query: str
) -> TestResponse:
    """Opens the stream, which is read later."""
    sent = headers | ({"Last-Event-ID": last} if last else {})
    address = f"{COACH}?{urlencode({'input': words, **query})}"
    return api.get(address, headers=sent, buffered=False)


def advised(api: Api, model: Scripted, words: str = "How?", answer: str = "Be kind.") -> Asked:
    """What the model was asked, once it has answered."""
    response = coach(api, words)
    asked = model.asked()
    asked.finish(answer)
    assert told(frames(response))[-1] == {"content": "[DONE]"}
    return asked


def refused(response: TestResponse, status: int) -> str:
    """The words of a refusal."""
    body = value(response, status)
    assert body["error"] == body["detail"]
    return str(body["error"])


def turns(asked: Asked) -> list[tuple[str, str]]:
    """Roles and words of a prompt."""
    return [(turn.role, turn.content) for turn in asked.prompt.turns]


def without_token(app: Flask) -> Api:
    """A client that shows nothing by itself."""
    return Api(app.test_client(), {}, "")


def token_of(api: Api) -> str:
    """The person's token."""
    return api.headers["Authorization"].removeprefix("Bearer ")


def test_the_frames_hold_pieces_and_the_last_one_says_done(api: Api, model: Scripted) -> None:
    response = coach(api)
    model.asked().finish(Reasoning("Hm"), "Be ", "kind.")
    *pieces, last = told(frames(response))
    assert last == {"content": "[DONE]"}
    assert all(set(piece) == {"content"} for piece in pieces)
    assert "".join(piece["content"] for piece in pieces) == "Be kind."


def test_the_model_hears_who_asks_and_the_last_six_messages(
    api: Api, model: Scripted, services: Services
) -> None:
    profile.change(services.database, api.user_id, PROFILE)
    for number in range(5):
        asked = advised(api, model, f"Question {number}?", f"Answer {number}.")
    (role, instructions), *heard = turns(asked)
    assert role == "system"
    assert "dating" in instructions
    assert "User Info" not in instructions
    assert heard == [
        ("user", INFO),
        ("user", "Question 1?"),
        ("assistant", "Answer 1."),
        ("user", "Question 2?"),
        ("assistant", "Answer 2."),
        ("user", "Question 3?"),
        ("assistant", "Answer 3."),
        ("user", "Question 4?"),
    ]


def test_what_somebody_chose_to_tell_is_not_said_twice(
    api: Api, model: Scripted, services: Services
) -> None:
    profile.change(services.database, api.user_id, PROFILE | {"told": ["name", "age"]})
    (_, instructions), *heard = turns(advised(api, model))
    assert "User Info" not in instructions
    assert heard == [("user", INFO), ("user", "How?")]


def test_what_is_not_known_is_not_said(api: Api, model: Scripted, services: Services) -> None:
    assert turns(advised(api, model, "Who am I?"))[1:] == [("user", "Who am I?")]
    profile.change(services.database, api.user_id, {"age": 31})
    assert turns(advised(api, model))[1] == ("user", "User Info:\nAge: 31")


class TestWithAShortMemory:
    """An installation whose models hear one earlier message."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_HISTORY_MESSAGES": "1"}

    def test_the_coach_hears_six_all_the_same(self, api: Api, model: Scripted) -> None:
        for _ in range(4):
            asked = advised(api, model)
        assert len(turns(asked)) == 1 + 6 + 1


def test_everybody_has_one_conversation_with_the_coach(
    api: Api, other: Api, model: Scripted
) -> None:
    for person in (api, api, other):
        advised(person, model)
    (conversation,) = items(api.get("/api/conversations"))
    assert (conversation["assistant_id"], conversation["title"]) == ("coach", "Coach")
    said = items(api.get(f"/api/conversations/{conversation['id']}/messages"))
    assert [(each["role"], each["text"]) for each in said] == [
        ("user", "How?"),
        ("assistant", "Be kind."),
    ] * 2
    assert len(items(other.get("/api/conversations"))) == 1


def test_a_reader_that_lost_its_line_goes_on(api: Api, model: Scripted) -> None:
    response = coach(api)
    model.asked().finish("Be ", "kind.")
    check_resuming(frames(response), lambda id: coach(api, last=id))
    assert model.is_idle


def test_the_same_url_follows_the_answer_that_is_being_written(api: Api, model: Scripted) -> None:
    first = coach(api)
    asked = model.asked()
    second = coach(api)
    assert model.is_idle
    asked.finish("Be kind.")
    assert whole(frames(first)) == whole(frames(second))


def test_the_same_url_at_the_same_moment_asks_once(
    app: Flask, api: Api, model: Scripted, services: Services
) -> None:
    def ask(number: int) -> TestResponse:
        return coach(Api(app.test_client(), api.headers, api.user_id))

    advised(api, model)
    opened = together(6, ask)
    model.asked().finish("Be kind.")
    assert {response.status_code for response in opened} == {200}
    assert [told(frames(response))[-1] for response in opened] == [{"content": "[DONE]"}] * 6
    assert model.is_idle


def test_another_node_follows_the_same_url_and_goes_on(
    api: Api, model: Scripted, database_url: str, tmp_path: Path
) -> None:
    values = {"CHATAPP_INSTANCE": str(tmp_path), "DATABASE_URL": database_url, "SECRET_KEY": "x"}
    with node(values, model) as there:
        elsewhere = Api(there.app.test_client(), api.headers, api.user_id)
        response = coach(api)
        asked = model.asked()
        asked.say("Be ")
        same = coach(elsewhere)
        asked.finish("kind.")
        events = frames(response)
        assert whole(frames(same)) == whole(events)
        check_resuming(events, lambda id: coach(elsewhere, last=id))
    assert model.is_idle


def test_the_same_url_asks_again_once_it_was_answered(api: Api, model: Scripted) -> None:
    for _ in range(3):
        advised(api, model)
    assert model.is_idle


@pytest.mark.parametrize("begun", ["", "Be "])
def test_trouble_is_the_last_frame(api: Api, model: Scripted, begun: str) -> None:
    response = coach(api)
    asked = model.asked()
    if begun:
        asked.say(begun)
    asked.fail(ProviderDisconnected())
    events = frames(response)
    *pieces, last = told(events)
    assert "".join(piece["content"] for piece in pieces) == begun
    assert last == {"error": "Error generating advice"}
    assert coach(api, last=events[-1].id).status_code == 204
    assert model.is_idle


def test_a_server_that_ends_is_trouble(api: Api, model: Scripted, services: Services) -> None:
    response = coach(api)
    model.asked().say("Be ")
    services.engine.interrupt()
    assert told(frames(response))[-1] == {"error": "Error generating advice"}


def test_a_token_may_stand_in_the_address(app: Flask, api: Api, model: Scripted) -> None:
    response = coach(without_token(app), token=token_of(api))
    model.asked().finish("Be kind.")
    assert told(frames(response))[-1] == {"content": "[DONE]"}
    assert len(items(api.get("/api/conversations"))) == 1


@pytest.mark.parametrize("name", ["ticket", "token"])
def test_a_ticket_opens_its_answer_and_no_other(
    app: Flask, api: Api, model: Scripted, name: str
) -> None:
    nobody = without_token(app)
    ticket = value(api.post("/api/stream-tickets", {"path": COACH}), 201)["ticket"]
    response = coach(nobody, **{name: ticket})
    asked = model.asked()
    refused(coach(nobody, **{name: ticket}), 401)
    asked.finish("Be ", "kind.")
    events = frames(response)
    check_resuming(events, lambda id: coach(nobody, last=id, **{name: ticket}))
    advised(api, model)
    (conversation,) = items(api.get("/api/conversations"))
    said = items(api.get(f"/api/conversations/{conversation['id']}/messages"))
    refused(coach(nobody, last=f"{said[-1]['id']}:0.0", **{name: ticket}), 401)
    refused(coach(nobody, "And?", **{name: ticket}), 401)
    assert model.is_idle


def test_a_browser_that_is_signed_in_needs_no_token(
    app: Flask, services: Services, model: Scripted
) -> None:
    ann = signed_in(app, services, "ann@example.net")
    browser = Api(ann.client, {}, ann.user_id)
    for words in ("How?", "How?&token="):
        response = browser.get(f"{COACH}?input={words}", headers=STREAM, buffered=False)
        model.asked().finish("Be kind.")
        assert told(frames(response))[-1] == {"content": "[DONE]"}
    for headers in ({}, STREAM | {"Sec-Fetch-Mode": "navigate"}, STREAM | {"Origin": "http://x"}):
        refused(coach(browser, headers=headers), 403)
    assert model.is_idle


def test_guests_and_nobody_are_refused(app: Flask, services: Services, model: Scripted) -> None:
    refused(coach(without_token(app)), 401)
    guest = signed_in(app, services, None)
    refused(coach(Api(guest.client, {}, guest.user_id)), 401)
    for token in ("chat_unknown", "unknown"):
        refused(coach(without_token(app), token=token), 401)
        refused(coach(Api(guest.client, {}, guest.user_id), token=token), 401)
    assert model.is_idle


def test_other_methods_are_refused(api: Api) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refused(api.call(method, f"{COACH}?input=How"), 405)
    assert api.call("HEAD", f"{COACH}?input=How").status_code == 405


def test_there_must_be_a_question(api: Api, model: Scripted) -> None:
    assert refused(api.get(COACH, headers=STREAM), 400) == "input is required"
    refused(coach(api, ""), 400)
    for wrong in (" ", "\0"):
        refused(coach(api, wrong), 422)
    refused(coach(api, "x" * 32_001), 413)
    assert model.is_idle
    assert items(api.get("/api/conversations")) == []


@pytest.mark.parametrize("way", ["header", "query", "cookie"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_credential_that_outlived_its_owner_is_told_so(
    app: Flask, api: Api, services: Services, tmp_path: Path, way: str
) -> None:
    ann = signed_in(app, services, "ann@example.net")
    with closing(sqlite3.connect(tmp_path / "chatapp.db")) as connection, connection:
        connection.execute("DELETE FROM users")  # foreign keys are off, as in SQLite's own shell
    nobody = without_token(app)
    ways = {
        "header": lambda: coach(api),
        "query": lambda: coach(nobody, token=token_of(api)),
        "cookie": lambda: coach(Api(ann.client, {}, ann.user_id)),
    }
    assert told(frames(ways[way]())) == [{"error": "User not found"}]
    refused(coach(nobody, token="chat_unknown"), 401)
    refused(coach(nobody), 401)


def gone_after(services: Services, user_id: str, step: Callable[..., Any]) -> Callable[..., Any]:
    """Lets the account go in the moment after a step."""

    def then(*arguments: Any) -> Any:
        done = step(*arguments)
        ended = delete(User).where(User.id == user_id)
        services.database.write(lambda connection: connection.execute(ended))
        return done

    return then


@pytest.mark.parametrize("step", [(tokens, "recognise"), (repeats, "look")])
def test_somebody_whose_account_is_gone_is_told_so(
    api: Api,
    model: Scripted,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[Any, str],
) -> None:
    where, name = step
    monkeypatch.setattr(where, name, gone_after(services, api.user_id, getattr(where, name)))
    assert told(frames(coach(api))) == [{"error": "User not found"}]
    assert model.is_idle
