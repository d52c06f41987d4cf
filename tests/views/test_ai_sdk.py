"""The AI SDK's address: chats by ids of the client's own, stored, asked once, followed anew."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.errors import ProviderDisconnected
from chatapp.events import Finish
from tests.conftest import Api
from tests.support.browsing import signed_in
from tests.support.frames import frames, told
from tests.support.replies import items, problem
from tests.support.scripted import Asked, Scripted

AI = "/api/ai"


def message(role: str, text: str, id: str = "") -> dict[str, Any]:
    """A message as the AI SDK keeps it."""
    return {"id": id or f"{role}-{text}", "role": role, "parts": [{"type": "text", "text": text}]}


def send(api: Api, *messages: dict[str, Any], id: str = "chat", **fields: object) -> TestResponse:
    """Sends a chat; the stream is read later."""
    return api.post(AI, {"id": id, "messages": messages, **fields}, buffered=False)


def resume(api: Api, id: str = "chat") -> TestResponse:
    """Asks for what is being written."""
    return api.get(f"{AI}/{id}/stream", buffered=False)


class Reply:
    """A whole answer, as a client has it at the end."""

    def __init__(self, response: TestResponse) -> None:
        assert response.headers["x-vercel-ai-ui-message-stream"] == "v1"
        self.chunks = told(frames(response))
        assert self.chunks.pop() == "[DONE]"
        self.id: str = self.chunks[0]["messageId"]
        self.kinds = [chunk["type"] for chunk in self.chunks]
        self.text = "".join(each["delta"] for each in self.chunks if each["type"] == "text-delta")

    @property
    def message(self) -> dict[str, Any]:
        """As the client sends it along with the next question."""
        return message("assistant", self.text, self.id)


def answered(
    api: Api,
    model: Scripted,
    /,
    *messages: dict[str, Any],
    words: str = "Because.",
    **fields: object,
) -> tuple[Reply, Asked]:
    """An answer, and what the model was asked."""
    response = send(api, *messages, **fields)  # type: ignore[arg-type]
    asked = model.asked()
    asked.finish(words)
    return Reply(response), asked


def turns(asked: Asked) -> list[str]:
    """What the model was told."""
    return [turn.content for turn in asked.prompt.turns]


def conversation(api: Api) -> str:
    """The only conversation."""
    (found,) = items(api.get("/api/conversations"))
    return str(found["id"])


def stored(api: Api) -> list[tuple[str | None, str, str]]:
    """Parents, ids and words of the only conversation."""
    said = items(api.get(f"/api/conversations/{conversation(api)}/messages"))
    return [(each["parent_id"], each["id"], each["text"]) for each in said]


WHY = message("user", "Why?")
THEN = message("user", "And then?")


def test_an_answer_is_streamed_and_stored(api: Api, model: Scripted) -> None:
    reply, _ = answered(api, model, WHY)
    assert reply.kinds[:3] == ["start", "start-step", "text-start"]
    assert reply.kinds[-3:] == ["text-end", "finish-step", "finish"]
    assert reply.text == "Because."
    (_, question, why), (parent, answer, because) = stored(api)
    assert (why, because) == ("Why?", "Because.")
    assert (parent, answer) == (question, reply.id)


def test_a_chat_goes_on_behind_the_answer_that_the_client_has(api: Api, model: Scripted) -> None:
    first, _ = answered(api, model, WHY)
    _, asked = answered(api, model, WHY, first.message, THEN)
    assert turns(asked) == ["Why?", "Because.", "And then?"]
    assert stored(api)[2][0] == first.id


def test_a_question_that_is_edited_begins_a_branch(api: Api, model: Scripted) -> None:
    first, _ = answered(api, model, WHY)
    second, _ = answered(api, model, WHY, first.message, THEN)
    other = message("user", "And now?", THEN["id"])
    _, asked = answered(api, model, WHY, first.message, other, messageId=THEN["id"])
    assert turns(asked) == ["Why?", "Because.", "And now?"]
    assert stored(api)[-2][0] == first.id
    anew = message("user", "How?", WHY["id"])
    _, asked = answered(api, model, anew, messageId=WHY["id"])
    assert turns(asked) == ["How?"]
    assert stored(api)[-2][0] is None
    assert second.id != first.id


def test_the_last_message_alone_follows_what_is_stored(api: Api, model: Scripted) -> None:
    first, _ = answered(api, model, WHY)
    response = api.post(AI, {"id": "chat", "message": THEN}, buffered=False)
    asked = model.asked()
    asked.finish("So.")
    assert Reply(response).text == "So."
    assert turns(asked) == ["Why?", "Because.", "And then?"]
    assert stored(api)[2][0] == first.id


def test_what_was_said_elsewhere_is_told_to_the_model(api: Api, model: Scripted) -> None:
    earlier = (message("system", "Rhyme."), WHY, message("assistant", "Sky.", "elsewhere"))
    _, asked = answered(api, model, *earlier, THEN)
    assert [(turn.role, turn.content) for turn in asked.prompt.turns] == [
        ("system", "Rhyme."),
        ("user", "Why?"),
        ("assistant", "Sky."),
        ("user", "And then?"),
    ]


def test_the_same_message_again_is_the_same_answer(api: Api, model: Scripted) -> None:
    first, _ = answered(api, model, WHY)
    assert Reply(send(api, WHY)).chunks == first.chunks
    assert model.is_idle
    assert len(stored(api)) == 2


def test_an_answer_is_made_again(api: Api, model: Scripted) -> None:
    again = {"trigger": "regenerate-message"}
    first, _ = answered(api, model, WHY)
    second, asked = answered(api, model, WHY, messageId=first.id, words="Well.", **again)
    third, _ = answered(api, model, WHY, words="Hm.", **again)
    assert turns(asked) == ["Why?"]
    (_, question, _), *answers = stored(api)
    assert answers == [
        (question, first.id, "Because."),
        (question, second.id, "Well."),
        (question, third.id, "Hm."),
    ]
    unknown, _ = answered(api, model, THEN, id="other", **again)
    assert unknown.text == "Because."


def test_the_id_of_a_conversation_is_one_of_a_chat(api: Api, other: Api, model: Scripted) -> None:
    room = api.conversation()
    answered(api, model, WHY, id=room)
    assert conversation(api) == room
    answered(other, model, WHY, id=room)  # somebody else's: a chat of their own by that name
    assert conversation(other) != room


def test_the_model_is_set_up_by_the_request(api: Api, model: Scripted) -> None:
    _, asked = answered(api, model, WHY, model="other", temperature=0.5, instructions="Rhyme.")
    assert (asked.prompt.model, asked.prompt.temperature) == ("other", 0.5)
    assert turns(asked)[0] == "Rhyme."


def test_what_is_being_written_is_followed_from_its_beginning(api: Api, model: Scripted) -> None:
    response = send(api, WHY)
    asked = model.asked()
    asked.say("Be")
    response.close()  # leaving is not stopping
    again = resume(api)
    asked.finish("cause.")
    assert Reply(again).text == "Because."
    assert model.is_idle


def test_nothing_is_followed_where_nothing_runs(api: Api, other: Api, model: Scripted) -> None:
    assert resume(api).status_code == 204
    answered(api, model, WHY)
    assert resume(api).status_code == 204
    assert resume(api, conversation(api)).status_code == 204
    response = send(api, THEN)
    asked = model.asked()
    for id in ("chat", conversation(api)):
        assert resume(other, id).status_code == 204
        assert resume(api, id).status_code == 200
    for id in ("%00", "%ff", "x" * 1000):
        assert resume(api, id).status_code == 204
    asked.finish("So.")
    Reply(response)


def test_trouble_is_an_error_of_the_stream(api: Api, model: Scripted) -> None:
    response = send(api, WHY)
    asked = model.asked()
    asked.say("Be")
    asked.fail(ProviderDisconnected())
    reply = Reply(response)
    assert reply.kinds[-2:] == ["text-end", "error"]
    assert reply.chunks[-1]["errorText"] == str(ProviderDisconnected())


def test_a_stop_is_an_abort(api: Api, model: Scripted) -> None:
    response = send(api, WHY)
    model.asked().say("Be")
    id = stored(api)[-1][1]
    assert api.post(f"/api/messages/{id}/stop").status_code == 202
    assert Reply(response).kinds[-1] == "abort"


@pytest.mark.parametrize(
    "body",
    [
        {"id": "chat"},
        {"id": "chat", "messages": []},
        {"messages": [WHY]},
        {"id": "", "messages": [WHY]},
        {"id": "x" * 121, "messages": [WHY]},
        {"id": "chat", "messages": [message("assistant", "Because.")]},
        {"id": "chat", "messages": [message("user", " ")]},
        {"id": "chat", "messages": [message("user", "\0")]},
        {"id": "chat", "messages": [WHY | {"role": "tool"}]},
        {"id": "chat", "messages": [WHY | {"parts": [{"type": "file", "url": "data:,"}]}]},
        {"id": "chat", "messages": [WHY], "trigger": "resume-stream"},
        {"id": "chat", "messages": [WHY], "model": 1},
    ],
)
def test_what_cannot_be_answered_is_refused(api: Api, model: Scripted, body: object) -> None:
    problem(api.post(AI, body), 422, "invalid_value")
    assert items(api.get("/api/conversations")) == []
    assert model.is_idle


def test_what_is_too_long_is_refused(api: Api) -> None:
    problem(send(api, message("user", "x" * 32_001, "long")), 413, "too_large")
    problem(api.post(AI, headers={"Content-Type": "text/plain"}), 415, "unsupported_media_type")
    problem(api.call("POST", AI, data="{", content_type="application/json"), 400, "invalid_request")


def test_nobody_is_refused(app: Flask, services: Services, model: Scripted) -> None:
    nobody = Api(app.test_client(), {}, "")
    problem(send(nobody, WHY), 401, "unauthenticated")
    problem(resume(nobody), 401, "unauthenticated")
    guest = signed_in(app, services, None)
    browser = Api(guest.client, {}, guest.user_id)
    problem(send(browser, WHY), 403, "csrf_failed")
    answered(Api(guest.client, {"X-CSRFToken": guest.token}, guest.user_id), model, WHY)


class TestOneAtATime:
    """An installation where a person has one answer at a time."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "1"}

    def test_the_limits_of_a_send_count(self, api: Api, model: Scripted) -> None:
        send(api, WHY)
        asked = model.asked()
        response = send(api, THEN, id="other")
        problem(response, 429, "rate_limited")
        assert int(response.headers["Retry-After"]) > 0
        asked.say("So.", Finish("stop"))
        asked.end()
