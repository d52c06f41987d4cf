"""Saying hello: asked once by a URL, however often an `EventSource` comes back to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chatapp.events import Finish
from chatapp.sse import Decoder
from chatapp.sse import Message as Heard
from tests.conftest import Api
from tests.support.replies import items, value
from tests.support.scripted import Scripted

STREAM = {"Accept": "text/event-stream"}


def hello(api: Api, last: str = "", query: str = "") -> TestResponse:
    """Opens the stream, which is read later."""
    headers = STREAM | ({"Last-Event-ID": last} if last else {})
    return api.get(f"/hello{query}", headers=headers, buffered=False)


def heard(response: TestResponse) -> list[Heard]:
    """The events of the whole stream, but the last, which says that it is over."""
    assert response.status_code == 200, response.text
    assert response.content_type == "text/event-stream; charset=utf-8"
    events = [item for item in Decoder().feed(response.data) if isinstance(item, Heard)]
    assert events.pop().data == "[DONE]"
    return events


def said(events: list[Heard]) -> str:
    """The words of chunks."""
    chunks = [json.loads(event.data) for event in events]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    return "".join(delta.get("content", "") for delta in deltas)


def answered(api: Api, model: Scripted, *words: str) -> list[Heard]:
    """The events of an answer that says these words."""
    response = hello(api)
    model.asked().finish(*words)
    return heard(response)


def error(response: TestResponse, status: int) -> dict[str, Any]:
    """The JSON of a refusal."""
    body: dict[str, Any] = value(response, status)
    assert body["error"] == body["detail"]
    return body


def test_the_model_says_hello_at_temperature_zero(api: Api, model: Scripted) -> None:
    response = hello(api)
    asked = model.asked()
    asked.finish("Hel", "lo!")
    assert said(heard(response)) == "Hello!"
    assert (asked.prompt.question, asked.prompt.temperature) == ("Say hello.", 0.0)
    assert len(asked.prompt.turns) == 1


def test_no_hello_hears_of_the_one_before(api: Api, model: Scripted) -> None:
    for _ in range(2):
        response = hello(api)
        asked = model.asked()
        asked.finish("Hello!")
        heard(response)
        assert [turn.content for turn in asked.prompt.turns] == ["Say hello."]
    (conversation,) = items(api.get("/api/conversations"))
    assert len(items(api.get(f"/api/conversations/{conversation['id']}/messages"))) == 4


def test_a_reader_that_lost_its_line_goes_on(api: Api, model: Scripted) -> None:
    events = answered(api, model, "Hel", "lo!")
    for place, event in enumerate(events):
        if not event.id.endswith(":end"):
            again = heard(hello(api, event.id))
            assert [each.data for each in again] == [each.data for each in events[place + 1 :]]
    assert model.is_idle


def test_a_reader_that_has_the_end_is_told_to_stop(api: Api, model: Scripted) -> None:
    events = answered(api, model, "Hello!")
    assert hello(api, events[-1].id).status_code == 204
    assert model.is_idle


def test_the_same_url_follows_the_answer_that_is_being_written(api: Api, model: Scripted) -> None:
    first = hello(api)
    asked = model.asked()
    second = hello(api)
    assert model.is_idle
    asked.finish("Hello!")
    assert said(heard(first)) == said(heard(second)) == "Hello!"
    other = hello(api, query="?again")
    model.asked().finish("Hi!")
    assert said(heard(other)) == "Hi!"


def test_two_people_at_one_url_ask_for_themselves(api: Api, other: Api, model: Scripted) -> None:
    hello(api)
    asked = model.asked()
    mine = hello(other)
    model.asked().finish("Hi!")
    assert said(heard(mine)) == "Hi!"
    asked.finish("Hello!")


def test_what_is_somebody_elses_cannot_be_followed(api: Api, other: Api, model: Scripted) -> None:
    events = answered(api, model, "Hello!")
    error(hello(other, events[0].id), 404)
    error(hello(other, "0" * 24 + ":0.0"), 404)
    for wrong in ("x:y", ":", f"{'0' * 24}:1", "words"):
        error(hello(api, wrong), 400)
    for unknown in ("0.0", "end"):
        error(hello(api, unknown), 404)
    assert model.is_idle


def test_nobody_is_greeted_too(app: Flask, model: Scripted) -> None:
    nobody = Api(app.test_client(), {}, "")
    events = answered(nobody, model, "Hello!")
    assert said(events) == "Hello!"
    assert nobody.client.get_cookie("chatapp") is None
    assert hello(nobody, events[0].id).status_code == 204
    assert model.is_idle


def test_a_browser_of_a_guest_is_known_again(app: Flask, model: Scripted) -> None:
    browser: FlaskClient = app.test_client()
    assert browser.post("/", data={"content": "Hi"}).status_code == 303
    model.asked().finish("Hi.")
    guest = Api(browser, {}, "")
    events = answered(guest, model, "Hello!")
    assert said(heard(hello(guest, events[0].id))) == "Hello!"


def test_only_streams_are_asked_for_by_a_cookie(app: Flask, model: Scripted) -> None:
    browser = app.test_client()
    assert browser.post("/", data={"content": "Hi"}).status_code == 303
    model.asked()
    error(browser.get("/hello"), 403)
    error(browser.get("/hello", headers=STREAM | {"Sec-Fetch-Mode": "navigate"}), 403)
    assert model.is_idle


class TestOneAtATime:
    """An installation where a person has one answer at a time."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "1"}

    def test_the_limits_of_a_send_count(self, api: Api, model: Scripted) -> None:
        hello(api)
        asked = model.asked()
        error(hello(api, query="?2"), 429)
        asked.say("Hello!", Finish("stop"))
        asked.end()
