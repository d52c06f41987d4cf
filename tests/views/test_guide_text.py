"""The chat in plain text: what it says, what the model is told, what is stored, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.errors import ProviderDisconnected, ProviderError
from chatapp.events import Finish, Reasoning, Text, Usage
from tests.conftest import Api
from tests.support.pending import Asking
from tests.support.replies import items, value
from tests.support.scripted import Asked, Scripted
from tests.support.together import together

STREAM = "/api/chat/stream"
ONCE = "/api/chat"
WORDS = "Ça va? 日本語 👩‍👩‍👧\u2028<b>&amp;</b> `code`\n"


def ask(api: Api, model: Scripted, /, path: str = STREAM, **fields: object) -> tuple[Asking, Asked]:
    """Asks, and gives the model's side of it."""
    asking = Asking(api, path, {"userInput": "Why?", **fields})
    return asking, model.asked()


def answered(api: Api, model: Scripted, /, path: str = STREAM, **fields: object) -> Asked:
    """What the model was asked, once it has answered."""
    asking, asked = ask(api, model, path, **fields)
    asked.finish("Because.")
    assert asking.response().status_code == 200
    asking.response().get_data()
    return asked


def told(asked: Asked) -> list[tuple[str, str]]:
    """Roles and words of a prompt."""
    return [(turn.role, turn.content) for turn in asked.prompt.turns]


def conversations(api: Api) -> list[dict[str, Any]]:
    """What the person has."""
    return items(api.get("/api/conversations"))


def messages(api: Api) -> list[tuple[str, str, str]]:
    """Roles, states and words of the only conversation."""
    (conversation,) = conversations(api)
    found = items(api.get(f"/api/conversations/{conversation['id']}/messages"))
    return [(each["role"], each["status"], each["text"]) for each in found]


def refusal(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The JSON of a refusal, which holds the guide's members and a problem's."""
    body: dict[str, Any] = value(response, status)
    assert (body["status"], body["code"]) == (status, code)
    assert body["message"] == body["detail"]
    assert body["error"]
    return body


def test_the_stream_holds_the_words_and_nothing_else(api: Api, model: Scripted) -> None:
    asking, asked = ask(api, model)
    asked.say(Reasoning("Hm"), WORDS, Text("No.", refusal=True), Usage(1, 2))
    asked.finish()
    response = asking.response()
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert "Content-Length" not in response.headers
    assert response.get_data().decode() == WORDS + "No."


def test_question_and_answer_are_stored_in_one_conversation(api: Api, model: Scripted) -> None:
    answered(api, model)
    second = answered(api, model, userInput="And then?")
    assert messages(api) == [
        ("user", "complete", "Why?"),
        ("assistant", "complete", "Because."),
        ("user", "complete", "And then?"),
        ("assistant", "complete", "Because."),
    ]
    assert [words for role, words in told(second) if role != "system"] == [
        "Why?",
        "Because.",
        "And then?",
    ]


def test_first_questions_at_once_share_one_conversation(
    app: Flask, api: Api, model: Scripted
) -> None:
    def ask_one(number: int) -> Asking:
        return Asking(replace(api, client=app.test_client()), ONCE, {"userInput": f"{number}?"})

    asking = together(4, ask_one)
    for _ in asking:
        model.asked().finish("Yes.")
    assert [each.response().status_code for each in asking] == [200] * 4
    assert len(messages(api)) == 8


def test_the_client_brings_its_own_history(api: Api, model: Scripted) -> None:
    answered(api, model)
    history = [
        {"role": "developer", "content": "Be brief.", "id": 7},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi."},
    ]
    asked = answered(api, model, messages=history)
    assert told(asked) == [
        ("system", "You are a helpful assistant."),
        ("system", "Be brief."),
        ("user", "Hello"),
        ("assistant", "Hi."),
        ("user", "Why?"),
    ]
    assert told(answered(api, model, messages=[]))[1:] == [("user", "Why?")]


def test_the_model_is_set_up_by_the_request(api: Api, model: Scripted) -> None:
    plain = answered(api, model, messages=[]).prompt
    assert (plain.model, plain.temperature) == ("scripted", None)
    asked = answered(api, model, instructions="Rhyme.", model="other", temperature=0.5)
    assert (asked.prompt.model, asked.prompt.temperature) == ("other", 0.5)
    assert told(asked)[0] == ("system", "Rhyme.")


def test_an_answer_at_once(api: Api, model: Scripted) -> None:
    asking, asked = ask(api, model, ONCE)
    asked.say(Reasoning("Hm"), "Once", " more", Usage(3, 4), Finish("length"))
    asked.end()
    assert value(asking.response()) == {
        "message": "Once more",
        "model": "scripted",
        "finish_reason": "length",
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }


@pytest.mark.parametrize("path", [STREAM, ONCE])
def test_trouble_before_the_first_word_is_a_status(api: Api, model: Scripted, path: str) -> None:
    asking, asked = ask(api, model, path)
    asked.fail(ProviderError("rate_limited", "Too much."))
    body = refusal(asking.response(), 500, "rate_limited")
    assert (body["error"], body["message"]) == ("Error processing request", "Too much.")
    assert messages(api)[-1][1:] == ("failed", "")


def test_trouble_in_mid_answer_is_a_last_line(api: Api, model: Scripted) -> None:
    asking, asked = ask(api, model)
    asked.say("Once")
    asked.fail(ProviderDisconnected())
    assert asking.response().get_data() == b"Once\n[Error during generation]"
    assert messages(api)[-1][1:] == ("failed", "Once")


def test_trouble_in_mid_answer_is_a_status_where_all_is_waited_for(
    api: Api, model: Scripted
) -> None:
    asking, asked = ask(api, model, ONCE)
    asked.say("Once")
    asked.fail(ProviderDisconnected())
    refusal(asking.response(), 500, "provider_unavailable")


def test_a_server_that_ends_says_that_the_answer_is_not_whole(
    api: Api, model: Scripted, services: Services
) -> None:
    asking, asked = ask(api, model)
    asked.say("Once")
    response = asking.response()
    services.engine.interrupt()
    assert response.get_data() == b"Once\n[Error during generation]"
    waiting, _ = ask(api, model)
    services.engine.interrupt()
    refusal(waiting.response(), 500, "unavailable")


def test_a_stop_from_elsewhere_ends_the_words(
    api: Api, model: Scripted, services: Services
) -> None:
    asking, asked = ask(api, model)
    asked.say("Once")
    response = asking.response()
    (conversation,) = conversations(api)
    found = items(api.get(f"/api/conversations/{conversation['id']}/messages"))
    assert api.post(f"/api/messages/{found[-1]['id']}/stop").status_code == 202
    assert response.get_data() == b"Once"


def test_a_reader_that_leaves_stops_the_run(api: Api, model: Scripted) -> None:
    asking, asked = ask(api, model)
    asked.say("Once")
    asking.response().close()
    assert asked.call.stopped
    assert messages(api)[-1][1:] == ("stopped", "Once")


@pytest.mark.parametrize("path", [STREAM, ONCE])
def test_there_must_be_a_question(api: Api, model: Scripted, path: str) -> None:
    missing: list[object] = [{}, {"userInput": None}, {"userInput": ""}, {"messages": []}]
    for body in missing:
        refusal(api.post(path, body), 400, "invalid_request")
    wrong: list[object] = [{"userInput": " \n"}, {"userInput": 1}, {"userInput": "\0"}, []]
    for body in wrong:
        refusal(api.post(path, body), 422, "invalid_value")
    assert conversations(api) == []


@pytest.mark.parametrize("path", [STREAM, ONCE])
def test_what_cannot_be_read_is_refused(api: Api, model: Scripted, path: str) -> None:
    asked = {"userInput": "Why?"}
    for turn in (
        {"role": "tool", "content": "x"},
        {"role": "user"},
        {"role": "user", "content": 1},
    ):
        refusal(api.post(path, asked | {"messages": [turn]}), 422, "invalid_value")
    refusal(api.post(path, asked | {"temperature": 3}), 422, "invalid_value")
    refusal(api.post(path, {"userInput": "x" * 32_001}), 413, "too_large")
    refusal(api.post(path, headers={"Content-Type": "text/plain"}), 415, "unsupported_media_type")
    refusal(api.call("PUT", path), 405, "method_not_allowed")
    refusal(api.post(path, headers={"Authorization": "Bearer no"}), 401, "unauthenticated")


def test_a_guest_needs_no_cookie_and_gets_none(app: Flask, model: Scripted) -> None:
    guest = Api(app.test_client(), {}, "")
    for _ in range(2):
        asked = answered(guest, model)
        assert told(asked)[1:] == [("user", "Why?")]
    assert guest.client.get_cookie("chatapp") is None


def test_guests_do_not_choose_the_model(app: Flask, model: Scripted) -> None:
    guest = Api(app.test_client(), {}, "")
    refusal(guest.post(STREAM, {"userInput": "Why?", "model": "other"}), 422, "invalid_value")


def test_a_browser_with_a_cookie_needs_the_csrf_token(app: Flask, model: Scripted) -> None:
    browser = app.test_client()
    assert browser.post("/", data={"content": "Hello"}).status_code == 303
    model.asked().finish("Hi.")
    guest = Api(browser, {}, "")
    app.config["WTF_CSRF_ENABLED"] = True
    refusal(guest.post(STREAM, {"userInput": "Why?"}), 403, "csrf_failed")
    token = value(browser.get("/api/me"))["csrf_token"]
    answered(Api(browser, {"X-CSRFToken": token}, ""), model)


class TestWithoutGuests:
    """An installation that wants to know who asks."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_GUESTS": "0"}

    @pytest.mark.parametrize("path", [STREAM, ONCE])
    def test_nobody_is_refused(self, app: Flask, model: Scripted, path: str) -> None:
        nobody = Api(app.test_client(), {}, "")
        response = nobody.post(path, {"userInput": "Why?"})
        refusal(response, 401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"


class TestOneAtATime:
    """An installation where a person has one answer at a time."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "1"}

    def test_one_too_many_is_told_when_to_come_back(self, api: Api, model: Scripted) -> None:
        _, asked = ask(api, model)
        response = api.post(STREAM, {"userInput": "And?"})
        refusal(response, 429, "rate_limited")
        assert int(response.headers["Retry-After"]) > 0
        asked.finish("Because.")
