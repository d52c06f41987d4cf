"""Responses: what clients of OpenAI's get, what the model is told, what is kept how long."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from chatapp.chat.responses import KEPT
from chatapp.chat.services import Services
from chatapp.errors import ProviderDisconnected, ProviderError
from chatapp.events import Finish, Reasoning, Text, ToolCall, Usage
from chatapp.models import CallRow, ChangeRow, Conversation, Message, ResponseRow, Run, now
from tests.conftest import Api
from tests.support.absence import away
from tests.support.nodes import node
from tests.support.replies import items, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.v1 import Calls, data, error

PATH = "/v1/responses"
WORDS = "Ça va? 日本語 👩‍👩‍👧\u2028<b>&amp;</b> `code`\n"
TOOL = {"type": "function", "name": "look", "parameters": {"type": "object"}, "strict": True}


@pytest.fixture
def chat(api: Api, model: Scripted) -> Calls:
    return Calls(api, model, PATH, {"model": "scripted", "input": "Why?"})


def told(response: Any) -> list[dict[str, Any]]:
    """The events of a stream, which says at last that it is over."""
    *events, done = data(response)
    assert done == "[DONE]"
    return [json.loads(each) for each in events]


def text(response: dict[str, Any]) -> str:
    """The words of a response, as OpenAI's clients join them."""
    parts = [part for item in response["output"] for part in item.get("content", ())]
    return "".join(part.get("text", "") for part in parts)


def lasting(response: dict[str, Any]) -> dict[str, Any]:
    """All of a response but the second in which it was told to be complete."""
    return {name: value for name, value in response.items() if name != "completed_at"}


def spoken(events: list[dict[str, Any]]) -> str:
    """The words of a stream."""
    return "".join(e["delta"] for e in events if e["type"] == "response.output_text.delta")


def test_a_whole_response(chat: Calls) -> None:
    body = value(chat.answer(Reasoning("Hm"), WORDS, Usage(3, 4), Finish("stop")))
    assert body["id"].startswith("resp_")
    assert (body["object"], body["model"]) == ("response", "scripted")
    assert (body["status"], body["error"], body["incomplete_details"]) == ("completed", None, None)
    assert [item["type"] for item in body["output"]] == ["reasoning", "message"]
    assert text(body) == WORDS
    assert body["usage"]["total_tokens"] == 7
    assert body["completed_at"] >= body["created_at"]


def test_a_streamed_response(chat: Calls) -> None:
    events = told(chat.answer(WORDS, Usage(3, 4), Finish("length"), stream=True))
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    assert spoken(events) == WORDS
    last = events[-1]["response"]
    assert events[-1]["type"] == "response.incomplete"
    assert last["incomplete_details"] == {"reason": "max_output_tokens"}
    assert lasting(value(chat.api.get(f"{PATH}/{last['id']}"))) == lasting(last)


def test_what_was_asked_for_is_repeated(chat: Calls) -> None:
    wish = {
        "instructions": "Be brief.",
        "metadata": {"topic": "sky"},
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 9,
        "tools": [TOOL],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "reasoning": {"effort": "low", "summary": None},
        "text": {"format": {"type": "json_object"}},
        "truncation": "auto",
        "user": "u",
    }
    body = value(chat.answer(**wish))
    assert {name: body[name] for name in wish} == wish
    assert lasting(value(chat.api.get(f"{PATH}/{body['id']}"))) == lasting(body)
    plain = value(chat.answer(stream=None))
    assert (plain["tools"], plain["tool_choice"], plain["metadata"]) == ([], "auto", {})
    assert plain["text"] == {"format": {"type": "text"}}


def test_a_chat_model_is_told_it_in_its_own_words(chat: Calls) -> None:
    said = [
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": [{"type": "input_text", "text": "A"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "B"}]},
        {"type": "function_call", "call_id": "1", "name": "look", "arguments": "{}"},
        {"type": "function_call", "call_id": "2", "name": "find", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "42"},
        {
            "type": "function_call_output",
            "call_id": "2",
            "output": [{"type": "input_text", "text": "43"}],
        },
    ]
    prompt = chat.told(
        input=said,
        instructions="Be brief.",
        temperature=0.5,
        max_output_tokens=9,
        tools=[TOOL],
        tool_choice={"type": "function", "name": "look"},
        text={"format": {"type": "json_schema", "name": "n", "schema": {}}, "verbosity": "low"},
        reasoning={"effort": "low"},
        include=["message.output_text.logprobs"],
        top_logprobs=2,
        truncation="auto",
        seed=7,
        user="u",
    ).prompt
    calls = [
        {"id": id, "type": "function", "function": {"name": name, "arguments": "{}"}}
        for id, name in (("1", "look"), ("2", "find"))
    ]
    function = {name: value for name, value in TOOL.items() if name != "type"}
    assert dict(prompt.options) == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "A"},
            {"role": "assistant", "content": "B", "tool_calls": calls},
            {"role": "tool", "tool_call_id": "1", "content": "42"},
            {"role": "tool", "tool_call_id": "2", "content": "43"},
        ],
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "look"}},
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}},
        "verbosity": "low",
        "reasoning_effort": "low",
        "logprobs": True,
        "top_logprobs": 2,
        "seed": 7,
        "user": "u",
    }
    assert (prompt.temperature, prompt.max_output_tokens) == (0.5, 9)
    assert [(turn.role, turn.content) for turn in prompt.turns] == [
        ("system", "Be brief."),
        ("system", "Be kind."),
        ("user", "A"),
        ("assistant", "B"),
    ]


def test_another_server_of_this_api_is_told_it_as_it_came(chat: Calls, model: Scripted) -> None:
    model.speaks = "responses"
    sealed = {"type": "reasoning", "summary": [], "encrypted_content": "x"}
    said = [
        {"type": "message", "id": "msg_1", "status": "completed", "role": "user", "content": "A"},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        sealed,
        {"type": "web_search_call", "id": "ws_1", "action": {}},
    ]
    others = {"tools": [{"type": "web_search"}], "include": ["x"], "new": {"a": 1}}
    prompt = chat.told(
        input=said, instructions="Be brief.", store=False, metadata={}, stream=True, **others
    ).prompt
    assert dict(prompt.options) == others | {
        "instructions": "Be brief.",
        "input": [
            {"type": "message", "role": "user", "content": "A"},
            sealed,
            {"type": "web_search_call", "action": {}},
        ],
    }


def test_a_provider_of_another_kind_gets_the_words(chat: Calls, model: Scripted) -> None:
    model.speaks = ""
    prompt = chat.told(tool_choice="none", tools=[TOOL], text={"format": {"type": "text"}}).prompt
    assert (dict(prompt.options), prompt.question) == ({}, "Why?")
    form = {"format": {"type": "json_object"}}
    for name, wish in (("tools", [TOOL]), ("text", form), ("top_logprobs", 2)):
        told = error(chat.refused(**{name: wish}), 400)
        assert str(told["param"]).startswith(name)


def test_what_a_chat_model_cannot_do_is_refused(chat: Calls) -> None:
    for name, wish in (
        ("tools", [{"type": "web_search"}]),
        ("input", [{"type": "web_search_call", "id": "ws_1"}]),
    ):
        told = error(chat.refused(**{name: wish}), 400)
        assert (told["param"], "web_search" in told["message"]) == (name, True)


def test_a_response_goes_on_with_an_earlier_one(chat: Calls) -> None:
    first = value(chat.answer("Because.", ToolCall(0, "call_1", "look", "{}"), instructions="One."))
    called = {"type": "function_call_output", "call_id": "call_1", "output": "42"}
    second = value(
        chat.answer("So.", previous_response_id=first["id"], input=[called], instructions="Two.")
    )
    assert second["previous_response_id"] == first["id"]
    third = chat.told(previous_response_id=second["id"], input="And?").prompt
    call = {"name": "look", "arguments": "{}"}
    assert third.options["messages"] == [
        {"role": "user", "content": "Why?"},
        {
            "role": "assistant",
            "content": "Because.",
            "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "42"},
        {"role": "assistant", "content": "So."},
        {"role": "user", "content": "And?"},
    ]


def test_an_unknown_earlier_response_is_named(chat: Calls, other: Api, model: Scripted) -> None:
    theirs = value(Calls(other, model, PATH, {"model": "scripted", "input": "Why?"}).answer())["id"]
    for id in ("resp_" + "0" * 24, "resp_", "nonsense", "resp_é\x7f", theirs):
        told = error(chat.refused(previous_response_id=id), 400)
        assert told["code"] == "previous_response_not_found"
        assert told["param"] == "previous_response_id"
    asking, asked = chat.ask(background=True)
    running = value(asking.response())["id"]
    assert "still" in error(chat.refused(previous_response_id=running), 400)["message"]
    asked.end()


def test_a_link_that_was_deleted_is_missed(chat: Calls) -> None:
    first = value(chat.answer())["id"]
    second = value(chat.answer(previous_response_id=first))["id"]
    value(chat.api.call("DELETE", f"{PATH}/{first}"))
    assert first in error(chat.refused(previous_response_id=second), 400)["message"]
    assert value(chat.api.get(f"{PATH}/{second}"))["previous_response_id"] == first


def test_items_can_be_referred_to(chat: Calls) -> None:
    body = value(chat.answer("Because."))
    reference = {"type": "item_reference", "id": body["output"][0]["id"]}
    prompt = chat.told(input=[reference, {"role": "user", "content": "And?"}]).prompt
    assert [turn.content for turn in prompt.turns] == ["Because.", "And?"]
    for id in ("msg_1_0", f"msg_{'0' * 24}_0", reference["id"] + "7", "x"):
        told = error(chat.refused(input=[{"type": "item_reference", "id": id}]), 404)
        assert told["message"].strip()


def test_nothing_is_kept_of_what_shall_not_be(chat: Calls, services: Services) -> None:
    body = value(chat.answer(store=False))
    chat.answer(store=False, stream=True).get_data()
    tables = (Conversation, Message, ResponseRow, CallRow, Run)
    assert count_rows(services.database, *tables) == [0, 0, 0, 0, 0]
    error(chat.api.get(f"{PATH}/{body['id']}"), 404)


def test_responses_are_not_among_the_conversations(chat: Calls, services: Services) -> None:
    body = value(chat.answer())
    assert items(chat.api.get("/api/conversations")) == []
    assert items(chat.api.get("/api/conversations?query=Because")) == []
    assert count_rows(services.database, ChangeRow) == [0]
    id = body["id"].removeprefix("resp_")
    assert value(chat.api.get(f"/api/messages/{id}"))["text"] == "Because."


def test_a_response_goes_after_thirty_days(chat: Calls, services: Services) -> None:
    first, last = value(chat.answer())["id"], value(chat.answer())["id"]

    def age(id: str) -> None:
        old = update(Conversation).values(kept_until=now() - timedelta(seconds=1))
        whose = Message.conversation_id == Conversation.id, Message.id == id.removeprefix("resp_")
        services.database.write(lambda c: c.execute(old.where(*whose)))

    age(first)
    error(chat.api.get(f"{PATH}/{first}"), 404)
    assert error(chat.refused(previous_response_id=first), 400)["code"]
    assert timedelta(days=30) == KEPT
    value(chat.answer())
    assert count_rows(services.database, Message, ResponseRow) == [2, 2]
    value(chat.api.get(f"{PATH}/{last}"))


def test_going_on_keeps_what_it_goes_on_from(chat: Calls, services: Services) -> None:
    first = value(chat.answer())["id"]
    soon = update(Conversation).values(kept_until=now() + timedelta(seconds=60))
    services.database.write(lambda c: c.execute(soon))
    value(chat.answer(previous_response_id=first))
    ends = services.database.read(lambda c: c.scalars(select(Conversation.kept_until)).all())
    assert len(ends) == 2
    assert all(end and end > now() + timedelta(days=29) for end in ends)


@pytest.mark.parametrize("stream", [False, True])
def test_failures_before_the_first_word_are_statuses(chat: Calls, stream: bool) -> None:
    for code, status, kind in (
        ("rate_limited", 429, "rate_limit_error"),
        ("context_too_long", 400, "invalid_request_error"),
        ("provider_unavailable", 503, "server_error"),
        ("unauthenticated", 500, "server_error"),
    ):
        asking, asked = chat.ask(stream=stream)
        asked.fail(ProviderError(code, "Words for a person."))
        told = error(asking.response(), status)
        assert (told["type"], told["message"]) == (kind, "Words for a person.")


@pytest.mark.parametrize("store", [False, True])
def test_a_failure_in_mid_answer_is_told_in_the_stream(chat: Calls, store: bool) -> None:
    asking, asked = chat.ask(stream=True, store=store)
    asked.say("Once")
    asked.fail(ProviderDisconnected())
    *_, failure, last = told(asking.response())
    assert (failure["type"], failure["error"]["type"]) == ("error", "server_error")
    assert (last["type"], text(last["response"])) == ("response.failed", "Once")
    if store:
        assert value(chat.api.get(f"{PATH}/{last['response']['id']}")) == last["response"]


def test_a_failure_in_mid_answer_is_a_status_for_who_waits(chat: Calls) -> None:
    asking, asked = chat.ask()
    asked.say("Once")
    asked.fail(ProviderDisconnected())
    error(asking.response(), 503)


@pytest.mark.parametrize("store", [False, True])
def test_a_server_that_ends_says_so(chat: Calls, services: Services, store: bool) -> None:
    asking, asked = chat.ask(stream=True, store=store)
    asked.say("Once")
    response = asking.response()
    for engine in services.engines:
        engine.interrupt()
    *_, failure, last = told(response)
    assert (failure["type"], last["type"]) == ("error", "response.failed")


@pytest.mark.parametrize("store", [False, True])
def test_a_reader_that_leaves_stops_the_model(chat: Calls, services: Services, store: bool) -> None:
    asking, asked = chat.ask(stream=True, store=store)
    asked.say("Once")
    asking.response().close()
    assert asked.call.stopped
    assert count_rows(services.database, CallRow, Run) == [0, 0]


def test_in_the_background_nobody_has_to_stay(chat: Calls) -> None:
    asking, asked = chat.ask(background=True, stream=True)
    asked.say("Once ")
    response = asking.response()
    stream = response.iter_encoded()
    head = next(stream)
    response.close()
    assert not asked.call.cancelled
    id = json.loads(head.split(b"data: ")[1].split(b"\n")[0])["response"]["id"]
    assert value(chat.api.get(f"{PATH}/{id}"))["status"] == "in_progress"
    asked.finish("upon.")
    events = told(chat.api.get(f"{PATH}/{id}?stream=true"))
    assert spoken(events) == "Once upon."
    assert events[-1]["response"]["background"] is True


def test_a_background_response_is_there_at_once(chat: Calls) -> None:
    asking, asked = chat.ask(background=True)
    body = value(asking.response())
    assert (body["status"], body["output"], body["usage"]) == ("in_progress", [], None)
    asked.finish("Because.", Usage(3, 4))
    *_, last = told(chat.api.get(f"{PATH}/{body['id']}?stream=true"))
    assert last["type"] == "response.completed"
    now = value(chat.api.get(f"{PATH}/{body['id']}"))
    assert (now["status"], text(now), now["usage"]["total_tokens"]) == ("completed", "Because.", 7)
    told_why = error(chat.refused(background=True, store=False), 400)
    assert told_why["param"] == "background"


def test_a_failure_in_the_background_is_kept(chat: Calls) -> None:
    asking, asked = chat.ask(background=True, stream=True)
    asked.fail(ProviderError("rate_limited", "Too often."))
    last = told(asking.response())[-1]["response"]
    assert last["error"] == {"code": "rate_limit_exceeded", "message": "Too often."}
    assert lasting(value(chat.api.get(f"{PATH}/{last['id']}"))) == lasting(last)


def test_a_reader_goes_on_where_it_was(chat: Calls) -> None:
    asking, asked = chat.ask(background=True, stream=True)
    asked.say(Reasoning("Hm"), "Once ", "upon ")
    asked.finish("a time.")
    events = told(asking.response())
    id = events[0]["response"]["id"]
    for number, event in enumerate(events):
        after = event["sequence_number"]
        rest = told(chat.api.get(f"{PATH}/{id}?stream=true&starting_after={after}"))
        assert spoken(events[: number + 1]) + spoken(rest) == "Once upon a time."
        assert all(each["sequence_number"] > after for each in rest)
        assert [each["type"] for each in rest[-1:]] == [
            each["type"] for each in events[number + 1 :][-1:]
        ]
    middle = next(e for e in events if e.get("delta") and e["type"].endswith("text.delta"))
    inside = middle["sequence_number"] - 2
    rest = told(chat.api.get(f"{PATH}/{id}?stream=true&starting_after={inside}"))
    assert "Once upon a time.".endswith(spoken(rest))


def test_following_waits_for_what_is_still_to_come(chat: Calls) -> None:
    asking, asked = chat.ask(background=True)
    id = value(asking.response())["id"]
    response = chat.api.get(f"{PATH}/{id}?stream=true&starting_after=2", buffered=False)
    assert next(response.iter_encoded()).startswith(b": "), "the headers go out at once"
    asked.finish("Because.")
    events = told(response)
    assert events[0]["type"] == "response.output_item.added"
    assert spoken(events) == "Because."


def test_cancelling_stops_the_model(chat: Calls) -> None:
    asking, asked = chat.ask(background=True, stream=True)
    asked.say("Once")
    response = asking.response()
    stream = response.iter_encoded()
    heard = b""
    while b"Once" not in heard:
        heard += next(stream)
    id = json.loads(heard.split(b"data: ")[1].split(b"\n")[0])["response"]["id"]
    for _ in range(2):
        body = value(chat.api.post(f"{PATH}/{id}/cancel"))
        assert (body["status"], text(body)) == ("cancelled", "Once")
    assert asked.call.stopped
    last = json.loads(b"".join(stream).split(b"data: ")[-2].split(b"\n")[0])
    assert (last["type"], last["response"]["status"]) == ("response.incomplete", "cancelled")


def test_a_response_that_has_ended_is_not_cancelled(chat: Calls) -> None:
    body = value(chat.answer())
    assert lasting(value(chat.api.post(f"{PATH}/{body['id']}/cancel"))) == lasting(body)


def test_deleting_stops_and_forgets(chat: Calls, services: Services) -> None:
    asking, asked = chat.ask(background=True)
    id = value(asking.response())["id"]
    gone = value(chat.api.call("DELETE", f"{PATH}/{id}"))
    assert gone == {"id": id, "object": "response", "deleted": True}
    assert asked.call.stopped
    tables = (Conversation, Message, ResponseRow, Run)
    assert count_rows(services.database, *tables) == [0, 0, 0, 0]
    assert error(chat.api.call("DELETE", f"{PATH}/{id}"), 404)["param"] == "response_id"


def test_what_went_in_is_listed(chat: Calls) -> None:
    said = [{"role": "user", "content": word} for word in "abc"]
    id = value(chat.answer(input=said))["id"]
    path = f"{PATH}/{id}/input_items"
    listed = value(chat.api.get(path))
    assert (listed["object"], listed["has_more"]) == ("list", False)
    words = [item["content"][0]["text"] for item in listed["data"]]
    assert words == ["c", "b", "a"]
    assert {item["type"] for item in listed["data"]} == {"message"}
    first = value(chat.api.get(f"{path}?order=asc&limit=2"))
    assert (len(first["data"]), first["has_more"]) == (2, True)
    rest = value(chat.api.get(f"{path}?order=asc&limit=2&after={first['last_id']}"))
    assert [item["content"][0]["text"] for item in rest["data"]] == ["c"]
    error(chat.api.get(f"{path}?after=x"), 400)


def test_somebody_elses_response_is_not_there(chat: Calls, other: Api) -> None:
    id = value(chat.answer())["id"]
    for method, path in (
        ("GET", ""),
        ("GET", "?stream=true"),
        ("DELETE", ""),
        ("POST", "/cancel"),
        ("GET", "/input_items"),
    ):
        told = error(other.call(method, f"{PATH}/{id}{path}"), 404)
        assert told["type"] == "invalid_request_error"
    assert value(chat.api.get(f"{PATH}/{id}"))["id"] == id


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"input": None}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": 7}, "input"),
        ({"input": ["x"]}, "input.0"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input.0.role"),
        ({"input": [{"role": "user"}]}, "input.0"),
        ({"input": [{"type": "function_call", "name": "x"}]}, "input.0"),
        ({"stream": "yes"}, "stream"),
        ({"stream": 1}, "stream"),
        ({"store": "no"}, "store"),
        ({"temperature": 3}, "temperature"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata"),
        ({"tools": {}}, "tools"),
        ({"text": "x"}, "text"),
        ({"previous_response_id": 7}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
    ],
)
def test_what_is_wrong_is_named(chat: Calls, body: dict[str, Any], param: str) -> None:
    told = error(chat.refused(**body), 400)
    assert told["type"] == "invalid_request_error"
    assert told["param"].startswith(param)
    assert param.split(".")[0] in told["message"]


def test_images_are_refused_clearly(chat: Calls) -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AA"}
    content = [{"type": "input_text", "text": "What is this?"}, picture]
    told = error(chat.refused(input=[{"role": "user", "content": content}]), 400)
    assert "only text" in told["message"]
    assert "input_image" in told["message"]


def test_what_cannot_be_kept_or_sent_on_is_refused(chat: Calls) -> None:
    for words in ("a\0", "a\ud800"):
        error(chat.refused(input=words), 400)
        error(chat.refused(metadata={"a": words}), 400)
        error(chat.refused(tools=[{"type": "function", "name": words}]), 400)


class TestOtherModels:
    """An installation that offers two models."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MODELS": "scripted,other"}

    def test_a_model_that_is_not_offered_is_refused(self, chat: Calls) -> None:
        told = error(chat.refused(model="third"), 400)
        assert (told["code"], told["param"]) == ("model_not_found", "model")


def test_addresses_have_a_form(chat: Calls) -> None:
    id = value(chat.answer())["id"]
    for query in ("stream=perhaps", "starting_after=x", "starting_after=-1"):
        error(chat.api.get(f"{PATH}/{id}?{query}"), 400)
    for path in ("resp_x", "x", id.removeprefix("resp_"), f"{id}x", "resp_%00", "resp_é"):
        error(chat.api.get(f"{PATH}/{path}"), 404)
    error(chat.api.get(PATH), 405)
    form = {"Content-Type": "application/json"}
    told = error(chat.api.post(PATH, headers=form, data=b'{"x":"' + b"x" * 10_000_000), 413)
    assert told["code"] == "too_large"


class TestOneAtATime:
    """An installation where a person has one answer at a time, however it is asked for."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "1"}

    def test_one_too_many_is_told_when_to_come_back(self, chat: Calls) -> None:
        _, asked = chat.ask(background=True)
        for store in (False, True):
            response = chat.refused(store=store)
            assert error(response, 429)["code"] == "rate_limit_exceeded"
            assert int(response.headers["Retry-After"]) > 0
        asked.finish("Because.")


def test_a_database_that_is_away_is_told(
    chat: Calls, services: Services, database_url: str
) -> None:
    id = value(chat.answer())["id"]
    with away(services, database_url):
        response = chat.refused()
        assert error(response, 503)["type"] == "server_error"
        assert int(response.headers["Retry-After"]) > 0
    assert text(value(chat.api.get(f"{PATH}/{id}"))) == "Because."


def test_a_refusal_has_a_place_of_its_own(chat: Calls) -> None:
    body = value(chat.answer(Text("No.", refusal=True)))
    assert body["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]


def test_any_node_follows_and_stops_a_response(
    chat: Calls, database_url: str, tmp_path: Path
) -> None:
    settings = {"CHATAPP_INSTANCE": str(tmp_path), "DATABASE_URL": database_url}
    asking, asked = chat.ask(background=True, stream=True)
    asked.say("Once ")
    head = next(asking.response().iter_encoded())
    id = json.loads(head.split(b"data: ")[1].split(b"\n")[0])["response"]["id"]
    with node(settings | {"SECRET_KEY": "tests"}, Scripted()) as there:
        api = there.serve(chat.api)
        stream = api.get(f"{PATH}/{id}?stream=true", buffered=False)
        pieces, heard = stream.iter_encoded(), b""
        while b"Once " not in heard:
            heard += next(pieces)
        body = value(api.post(f"{PATH}/{id}/cancel"))
        assert (body["status"], text(body)) == ("cancelled", "Once ")
        assert asked.call.stopped
        assert b"response.incomplete" in b"".join(pieces)
