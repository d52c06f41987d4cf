"""Chat Completions: what clients of OpenAI's get, what the model is told, what is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.errors import ProviderDisconnected, ProviderError
from chatapp.events import (
    Finish,
    Reasoning,
    ScoredText,
    Source,
    Sources,
    Text,
    ToolCall,
    Usage,
)
from chatapp.models import CallRow, Conversation, Message
from tests.conftest import Api
from tests.support.replies import items, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.v1 import Calls, data, error

PATH = "/v1/chat/completions"
WHY = [{"role": "user", "content": "Why?"}]
WORDS = "Ça va? 日本語 👩‍👩‍👧\u2028<b>&amp;</b> `code`\n"
TOKENS = [{"token": "On", "logprob": -0.1}, {"token": "ce", "logprob": -0.2}]


@pytest.fixture
def chat(api: Api, model: Scripted) -> Calls:
    return Calls(api, model, PATH, {"model": "scripted", "messages": WHY})


def chunks(response: TestResponse) -> list[dict[str, Any]]:
    """The chunks of a stream, which says at last that it is over."""
    *told, done = data(response)
    assert done == "[DONE]"
    assert b"event: " not in response.get_data()
    return [json.loads(each) for each in told]


def test_a_whole_answer(chat: Calls) -> None:
    body = value(chat.answer(Reasoning("Hm"), WORDS, Usage(3, 4), Finish("length")))
    assert body["id"].startswith("chatcmpl-")
    assert (body["object"], body["model"]) == ("chat.completion", "scripted")
    message = {"role": "assistant", "content": WORDS, "refusal": None, "reasoning_content": "Hm"}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "length"}
    assert body["choices"] == [choice]
    counted = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert body["usage"] == counted


def test_a_streamed_answer(chat: Calls) -> None:
    told = chunks(chat.answer(Reasoning("Hm"), WORDS, Usage(3, 4), Finish("length"), stream=True))
    assert {each["object"] for each in told} == {"chat.completion.chunk"}
    assert len({each["id"] for each in told}) == 1
    assert all("usage" not in each for each in told)
    choices = [choice for each in told for choice in each["choices"]]
    assert [choice["delta"] for choice in choices] == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "Hm"},
        {"content": WORDS},
        {},
    ]
    assert [choice["finish_reason"] for choice in choices] == [None, None, None, "length"]


def test_usage_comes_last_where_it_is_asked_for(chat: Calls) -> None:
    options = {"include_usage": True}
    response = chat.answer("Once", Usage(3, 4), stream=True, stream_options=options)
    *told, last = chunks(response)
    assert [each["usage"] for each in told] == [None] * len(told)
    assert last["choices"] == []
    assert last["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def test_an_end_that_names_no_reason_is_a_stop(chat: Calls) -> None:
    assert value(chat.answer("Once"))["choices"][0]["finish_reason"] == "stop"
    assert chunks(chat.answer("Once", stream=True))[-1]["choices"][0]["finish_reason"] == "stop"


def test_tool_calls_come_whole_and_in_pieces(chat: Calls) -> None:
    said = (
        ToolCall(0, "call_1", "look", ""),
        ToolCall(0, "call_1", "look", '{"a":'),
        ToolCall(1, "call_2", "find", "{"),
        ToolCall(0, "call_1", "look", "1}"),
        ToolCall(1, "call_2", "find", "}"),
        Finish("tool_calls"),
    )
    calls = [
        {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a":1}'}},
        {"id": "call_2", "type": "function", "function": {"name": "find", "arguments": "{}"}},
    ]
    message = value(chat.answer(*said))["choices"][0]["message"]
    assert message == {"role": "assistant", "content": None, "refusal": None, "tool_calls": calls}
    joined: dict[int, dict[str, Any]] = {}
    for each in chunks(chat.answer(*said, stream=True)):
        for piece in each["choices"][0]["delta"].get("tool_calls", ()):
            known = joined.setdefault(piece["index"], piece | {"function": {"arguments": ""}})
            known["function"] |= {
                name: known["function"].get(name, "") + words
                for name, words in piece["function"].items()
            }
    assert [call | {"index": None} for call in joined.values()] == [
        call | {"index": None} for call in calls
    ]


def test_refusals_and_sources_have_places_of_their_own(chat: Calls) -> None:
    said = (Sources((Source("d", "Title", "A passage"),)), Text("No.", refusal=True))
    body = value(chat.answer(*said))
    assert body["choices"][0]["message"]["refusal"] == "No."
    assert body["sources"][0]["title"] == "Title"
    told = chunks(chat.answer(*said, stream=True))
    assert [each["sources"][0]["id"] for each in told if "sources" in each] == ["d"]
    assert {"refusal": "No."} in [each["choices"][0]["delta"] for each in told]


def test_the_chances_of_tokens_are_told(chat: Calls) -> None:
    said = (ScoredText("On", False, (TOKENS[0],)), ScoredText("ce", False, (TOKENS[1],)))
    expected = {"content": TOKENS, "refusal": None}
    assert value(chat.answer(*said))["choices"][0]["logprobs"] == expected
    told = chunks(chat.answer(*said, stream=True))
    scores = [choice["logprobs"] for each in told for choice in each["choices"]]
    assert [token for each in scores if each for token in each["content"]] == TOKENS


def test_the_model_is_told_what_the_client_sent(chat: Calls) -> None:
    messages = [
        {"role": "developer", "content": "Be brief.", "name": "x"},
        {"role": "user", "content": [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]},
        {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f"}}]},
        {"role": "tool", "tool_call_id": "1", "content": "42"},
    ]
    others = {"tools": [{"type": "function"}], "stop": ["."], "logprobs": True, "seed": 7}
    prompt = chat.told(messages=messages, temperature=0.5, max_tokens=9, **others).prompt
    assert dict(prompt.options) == others | {"messages": messages}
    assert (prompt.model, prompt.temperature, prompt.max_output_tokens) == ("scripted", 0.5, 9)
    assert [(turn.role, turn.content) for turn in prompt.turns] == [
        ("system", "Be brief."),
        ("user", "AB"),
    ]


def test_what_is_ours_is_not_passed_on(chat: Calls) -> None:
    ours = {"stream_options": {"include_usage": True}, "n": 1, "store": False, "metadata": {}}
    assert set(chat.told(stream=True, **ours).prompt.options) == {"messages"}


def test_a_provider_of_another_kind_gets_the_words(chat: Calls, model: Scripted) -> None:
    model.speaks = ""
    plain = {"tool_choice": "none", "response_format": {"type": "text"}, "seed": 7}
    prompt = chat.told(**plain).prompt
    assert (dict(prompt.options), prompt.question) == ({}, "Why?")
    for name, wish in (("tools", [{"type": "function"}]), ("stop", "."), ("logprobs", True)):
        told = error(chat.refused(**{name: wish}), 400)
        assert (told["param"], name in told["message"]) == (name, True)


def test_a_provider_of_responses_is_told_it_in_its_own_words(chat: Calls, model: Scripted) -> None:
    model.speaks = "responses"
    function = {"name": "look", "parameters": {"type": "object"}}
    called = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]},
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "1", "content": "42"},
    ]
    schema = {"name": "n", "schema": {}, "strict": True}
    prompt = chat.told(
        messages=messages,
        tools=[{"type": "function", "function": function}],
        tool_choice={"type": "function", "function": {"name": "look"}},
        response_format={"type": "json_schema", "json_schema": schema},
        reasoning_effort="low",
        verbosity="low",
        top_p=0.5,
        seed=7,
        new=1,
    ).prompt
    assert dict(prompt.options) == {
        "input": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "AB"},
            {"type": "function_call", "call_id": "1", "name": "look", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "1", "output": "42"},
        ],
        "tools": [{"type": "function", "strict": False, **function}],
        "tool_choice": {"type": "function", "name": "look"},
        "text": {"verbosity": "low", "format": {"type": "json_schema", **schema}},
        "reasoning": {"effort": "low"},
        "top_p": 0.5,
        "new": 1,
    }
    for name, wish in (("stop", "."), ("logprobs", True), ("tools", [{"type": "web_search"}])):
        assert error(chat.refused(**{name: wish}), 400)["param"] == name
    assert error(chat.refused(tools=7), 400)["param"] == "tools"
    for name, calls in (("tool_calls", 7), ("messages", [{"id": "1"}]), ("messages", [7])):
        broken = [{"role": "assistant", "tool_calls": calls}]
        assert error(chat.refused(messages=broken), 400)["param"] == name


def test_calls_are_a_reason_to_stop_also_where_nobody_says_so(chat: Calls) -> None:
    said = (ToolCall(0, "call_1", "look", "{}"), Finish("stop"))
    assert value(chat.answer(*said))["choices"][0]["finish_reason"] == "tool_calls"
    last = chunks(chat.answer(*said, stream=True))[-1]
    assert last["choices"][0]["finish_reason"] == "tool_calls"


def test_nothing_is_kept(chat: Calls, services: Services) -> None:
    chat.answer().get_data()
    chat.answer(stream=True).get_data()
    assert items(chat.api.get("/api/conversations")) == []
    assert count_rows(services.database, Conversation, Message, CallRow) == [0, 0, 0]


def test_what_shall_be_kept_begins_a_conversation(chat: Calls) -> None:
    messages = [{"role": "system", "content": "Be brief."}, *WHY]
    asked = chat.told(store=True, messages=messages)
    assert asked.prompt.options["messages"] == messages
    (conversation,) = items(chat.api.get("/api/conversations"))
    kept = items(chat.api.get(f"/api/conversations/{conversation['id']}/messages"))
    assert [(each["role"], each["text"]) for each in kept] == [
        ("user", "Why?"),
        ("assistant", "Because."),
    ]


def test_a_conversation_can_be_named(chat: Calls) -> None:
    id = chat.api.conversation()
    for stream in (False, True):
        chat.told(metadata={"conversation": id}, stream=stream)
    assert len(items(chat.api.get(f"/api/conversations/{id}/messages"))) == 4
    told = error(chat.refused(metadata={"conversation": "0" * 24}), 404)
    assert told["type"] == "invalid_request_error"


def test_only_words_of_the_user_can_be_kept(chat: Calls) -> None:
    answered = [*WHY, {"role": "assistant", "content": "Because."}]
    assert error(chat.refused(store=True, messages=answered), 400)["param"] == "messages"


def test_somebody_elses_conversation_is_not_there(chat: Calls, other: Api) -> None:
    id = other.conversation()
    error(chat.refused(metadata={"conversation": id}), 404)


@pytest.mark.parametrize("stream", [False, True])
def test_failures_before_the_first_word_are_statuses(chat: Calls, stream: bool) -> None:
    for code, status, kind in (
        ("rate_limited", 429, "rate_limit_error"),
        ("context_too_long", 400, "invalid_request_error"),
        ("model_not_found", 404, "invalid_request_error"),
        ("provider_unavailable", 503, "server_error"),
        ("provider_timeout", 504, "server_error"),
        ("unauthenticated", 500, "server_error"),
    ):
        asking, asked = chat.ask(stream=stream)
        asked.fail(ProviderError(code, "Words for a person."))
        told = error(asking.response(), status)
        assert (told["type"], told["message"]) == (kind, "Words for a person.")


def test_a_failure_in_mid_answer_is_told_in_the_stream(chat: Calls) -> None:
    asking, asked = chat.ask(stream=True)
    asked.say("Once")
    asked.fail(ProviderDisconnected())
    *before, failure = chunks(asking.response())
    assert before[-1]["choices"][0]["delta"] == {"content": "Once"}
    assert (set(failure), failure["error"]["type"]) == ({"error"}, "server_error")


def test_a_failure_in_mid_answer_is_a_status_for_who_waits(chat: Calls) -> None:
    asking, asked = chat.ask()
    asked.say("Once")
    asked.fail(ProviderDisconnected())
    error(asking.response(), 503)


@pytest.mark.parametrize("kept", [False, True])
def test_a_server_that_ends_says_so(chat: Calls, services: Services, kept: bool) -> None:
    asking, asked = chat.ask(stream=True, store=kept)
    asked.say("Once")
    response = asking.response()
    for engine in services.engines:
        engine.interrupt()
    assert chunks(response)[-1]["error"]["type"] == "server_error"


@pytest.mark.parametrize("kept", [False, True])
def test_a_reader_that_leaves_stops_the_model(chat: Calls, services: Services, kept: bool) -> None:
    asking, asked = chat.ask(stream=True, store=kept)
    asked.say("Once")
    asking.response().close()
    assert asked.call.stopped
    assert count_rows(services.database, CallRow) == [0]


def test_the_models_are_those_that_people_may_choose(api: Api) -> None:
    listed = value(api.get("/v1/models"))
    model = {"id": "scripted", "object": "model", "created": 0, "owned_by": "chatapp"}
    assert listed == {"object": "list", "data": [model]}
    assert value(api.get("/v1/models/scripted")) == model
    told = error(api.get("/v1/models/some/other"), 404)
    assert told["code"] == "model_not_found"


def test_only_personal_tokens_are_keys(app: Flask, api: Api) -> None:
    nobody = replace(api, headers={})
    for caller in (nobody, replace(api, headers={"Authorization": "Bearer sk-wrong"})):
        told = error(caller.post(PATH, {"model": "scripted", "messages": WHY}), 401)
        assert (told["type"], told["code"]) == ("invalid_request_error", "invalid_api_key")
    error(nobody.get("/v1/models"), 401)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": "Why?"}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content"),
        ({"stream": "yes"}, "stream"),
        ({"stream": 1}, "stream"),
        ({"n": 2}, "n"),
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"stream_options": {"include_usage": "x"}}, "stream_options.include_usage"),
    ],
)
def test_what_is_wrong_is_named(chat: Calls, body: dict[str, Any], param: str) -> None:
    told = error(chat.refused(**body), 400)
    assert told["type"] == "invalid_request_error"
    assert told["param"].startswith(param)
    assert param.split(".")[0] in told["message"]


def test_images_are_refused_clearly(chat: Calls) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
    content = [{"type": "text", "text": "What is this?"}, picture]
    told = error(chat.refused(messages=[{"role": "user", "content": content}]), 400)
    assert "only text" in told["message"]
    assert "image_url" in told["message"]


def test_what_cannot_be_sent_on_is_refused(chat: Calls) -> None:
    for text in ("\0", "\ud800"):
        error(chat.refused(messages=[{"role": "user", "content": f"a{text}"}]), 400)
        error(chat.refused(tools=[{"function": {"name": text}}]), 400)


def test_bodies_have_a_limit_and_a_form(api: Api) -> None:
    form = {"Content-Type": "application/json"}
    told = error(api.post(PATH, headers=form, data=b'{"x":"' + b"x" * 10_000_000), 413)
    assert told["code"] == "too_large"
    error(api.post(PATH, headers=form, data=b"{"), 400)
    error(api.post(PATH, headers=form, data=b"[]"), 400)
    error(api.post(PATH, headers={"Content-Type": "text/plain"}, data=b"{}"), 415)
    error(api.get(PATH), 405)
    error(api.get("/v1/nothing"), 404)


def test_a_long_conversation_is_not_cut(chat: Calls) -> None:
    messages = [{"role": "user", "content": "x" * 40_000} for _ in range(60)]
    assert chat.told(messages=messages).prompt.options["messages"] == messages


class TestOneAtATime:
    """An installation where a person has one answer at a time, however it is asked for."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "1"}

    @pytest.mark.parametrize("kept", [False, True])
    def test_one_too_many_is_told_when_to_come_back(self, chat: Calls, kept: bool) -> None:
        asking, asked = chat.ask(store=kept)
        for store in (False, True):
            response = chat.refused(store=store)
            told = error(response, 429)
            assert (told["type"], told["code"]) == ("rate_limit_error", "rate_limit_exceeded")
            assert int(response.headers["Retry-After"]) > 0
        asked.finish("Because.")
        value(asking.response())
        chat.told(store=kept)


class TestChosenModels:
    """An installation that offers some models and no others."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MODELS": "scripted,other", "CHATAPP_MAX_OUTPUT_TOKENS": "5"}

    def test_a_model_that_is_not_offered_does_not_exist(self, chat: Calls) -> None:
        told = error(chat.refused(model="secret"), 404)
        assert (told["code"], told["param"]) == ("model_not_found", "model")

    def test_the_shorter_limit_counts(self, chat: Calls) -> None:
        for asked, counts in ((None, 5), (3, 3), (9, 5)):
            assert chat.told(max_completion_tokens=asked).prompt.max_output_tokens == counts
