"""The Responses API: what is asked, and the oddities of what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chatapp.errors import ProviderDisconnected
from chatapp.events import Finish, ToolCall, Usage
from chatapp.live.call import Call
from chatapp.providers.openai_responses import OpenAIResponses
from tests.providers.conftest import KEY
from tests.providers.said import PATIENCE, PROMPT, Said, ask
from tests.support.model_server import DONE, Answer, ModelServer, frame


def event(type: str, **members: Any) -> bytes:
    """A message of the stream, as OpenAI frames it."""
    return frame({"type": type} | members, type)


def words(text: str) -> bytes:
    return event("response.output_text.delta", delta=text)


def item(**members: Any) -> bytes:
    return event("response.output_item.added", **members)


CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "add"}

END = event(
    "response.completed",
    response={"status": "completed", "usage": {"input_tokens": 3, "output_tokens": 4}},
)


@pytest.fixture
def say(server: ModelServer, responses: OpenAIResponses) -> Any:
    """Lets the server send some bytes, and asks."""

    def say(*script: bytes, **options: Any) -> Said:
        server.answers(Answer.sse(*script, **options))
        return ask(responses)

    return say


def test_the_request_is_made_of_the_prompt(server: ModelServer, responses: OpenAIResponses) -> None:
    server.answers(Answer.sse(END))
    ask(responses, replace(PROMPT, temperature=0.5, max_output_tokens=9, options={"user": "u"}))
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v1/responses")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json() == {
        "model": "m",
        "input": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello?"},
        ],
        "stream": True,
        "store": False,
        "temperature": 0.5,
        "max_output_tokens": 9,
        "user": "u",
    }


def test_the_answer_is_put_together(say: Any) -> None:
    said = say(
        event("response.created", response={"status": "in_progress", "usage": None}),
        event("response.reasoning_summary_text.delta", delta="Hm."),
        event("response.reasoning_text.delta", delta=" So."),
        words("Hel"),
        words("lo"),
        event("response.output_text.done", text="Hello"),
        event("response.refusal.delta", delta="No."),
        END,
    )
    assert (said.reasoning, said.text, said.refusal) == ("Hm. So.", "Hello", "No.")
    assert (said.finishes, said.usages, said.error) == (["stop"], [Usage(3, 4)], None)


@pytest.mark.parametrize(
    "odd",
    [
        frame({"type": "text_delta", "text": "b"}),
        frame({"type": "text_delta", "delta": "b"}),
        frame({"type": "response.output_text.delta", "delta": {"text": "b"}}),
        frame({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "b"}}),
        frame({"delta": {"text": "b"}}),
        frame({"delta": "b"}, "response.output_text.delta"),
        frame({"type": ["x"], "delta": {"text": "b"}}),
        b'data: {"type":"text_delta","text":"b","item":5,"response":[]}\n\n',
    ],
)
def test_words_come_in_odd_events_too(say: Any, odd: bytes) -> None:
    said = say(words("a"), odd, words("c"), END)
    assert (said.text, said.error) == ("abc", None)


@pytest.mark.parametrize(
    "unknown",
    [
        event("response.audio.delta", delta="UklGR"),
        event("response.output_text.annotation.added", annotation={"url": "x"}),
        event("response.code_interpreter_call_code.delta", delta="print()"),
        event("response.output_text.delta", delta=None),
        event("response.output_text.delta", delta=["b"]),
        event("keepalive", sequence_number=7),
        frame({"delta": {"thinking": "b"}}),
        frame([]),
        frame(None),
        frame('"b"'),
        frame({}),
        b": ping\n\nevent: ping\n\ndata:\n\n",
    ],
)
def test_unknown_events_are_skipped(say: Any, unknown: bytes) -> None:
    said = say(words("a"), unknown, words("c"), END)
    assert (said.text, said.reasoning, said.finish, said.error) == ("ac", "", "stop", None)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ({"reason": "max_output_tokens"}, "length"),
        ({"reason": "content_filter"}, "content_filter"),
        ({"reason": "steered"}, "length"),
        (None, "length"),
    ],
)
def test_an_incomplete_response_names_its_reason(say: Any, reason: Any, expected: str) -> None:
    response = {"incomplete_details": reason, "usage": {"input_tokens": 1, "output_tokens": 2}}
    said = say(words("a"), event("response.incomplete", response=response))
    assert (said.text, said.finish, said.usage, said.error) == ("a", expected, (1, 2), None)


def test_done_may_follow(say: Any) -> None:
    said = say(words("a"), END, DONE, words("b"))
    assert (said.text, said.finish, said.error) == ("a", "stop", None)


@pytest.mark.parametrize("end", [b"", DONE, END[:-1]], ids=["nothing", "done", "half an event"])
def test_a_clean_end_without_a_finish_fails(say: Any, end: bytes) -> None:
    said = say(words("a"), end)
    assert (said.text, said.finishes) == ("a", [])
    assert (said.error.code, said.error.retryable) == ("provider_error", True)
    assert not isinstance(said.error, ProviderDisconnected)


def test_a_cut_fails(say: Any) -> None:
    said = say(words("a"), ending="cut")
    assert said.text == "a"
    assert isinstance(said.error, ProviderDisconnected)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame({"type": "error", "code": "rate_limit_exceeded", "message": "x"}), "rate_limited"),
        (event("error", error={"code": "server_error", "message": "x"}), "provider_error"),
        (frame({"error": {"code": 503}}, "error"), "provider_unavailable"),
        (
            event("response.failed", response={"error": {"code": "context_length_exceeded"}}),
            "context_too_long",
        ),
        (event("response.failed", response={"error": None}), "provider_error"),
        (event("response.failed"), "provider_error"),
        (frame("{no json"), "provider_error"),
        (b"error: boom\n", "provider_error"),
    ],
    ids=lambda value: value[:60].decode() if isinstance(value, bytes) else value,
)
def test_an_error_ends_the_answer_and_keeps_the_words(say: Any, data: bytes, code: str) -> None:
    said = say(words("a"), data, words("b"), END)
    assert (said.text, said.error.code) == ("a", code)


def test_the_first_of_two_errors_counts(say: Any) -> None:
    first = event("error", error={"code": "rate_limit_exceeded"})
    second = event("response.failed", response={"error": {"code": "server_error"}})
    assert say(first, second).error.code == "rate_limited"


class TestFunctionCalls:
    """Calls of functions; calls of the server's own tools are its own affair."""

    def test_one_comes_in_pieces(self, server: ModelServer, responses: OpenAIResponses) -> None:
        arguments = [
            event("response.function_call_arguments.delta", output_index=1, item_id=id, delta=piece)
            for id, piece in (("fc_1", '{"a"'), ("changed", ":1}"))
        ]
        done = event("response.function_call_arguments.done", output_index=1, arguments='{"a":1}')
        begin = item(output_index=1, item=CALL | {"arguments": ""})
        server.answers(Answer.sse(begin, *arguments, done, END))
        events = list(responses.stream(PROMPT, Call(PATIENCE, PATIENCE)))
        assert events == [
            ToolCall(0, "call_1", "add", ""),
            ToolCall(0, "call_1", "add", '{"a"'),
            ToolCall(0, "call_1", "add", ":1}"),
            Finish("stop"),
            Usage(3, 4),
        ]

    def test_one_may_come_whole(self, say: Any) -> None:
        done = event("response.function_call_arguments.done", output_index=0, arguments="{}")
        assert say(item(output_index=0, item=CALL), done, END).calls == {0: ("call_1", "add", "{}")}

    def test_several_are_numbered_in_order(self, say: Any) -> None:
        second = CALL | {"call_id": "call_2", "name": "mul"}
        pieces = [
            event("response.function_call_arguments.delta", output_index=index, delta=text)
            for index, text in ((2, "b"), (5, "c"), (2, "d"))
        ]
        begin = [item(output_index=2, item=CALL), item(output_index=5, item=second)]
        said = say(*begin, *pieces, END)
        assert said.calls == {0: ("call_1", "add", "bd"), 1: ("call_2", "mul", "c")}

    @pytest.mark.parametrize("type", ["message", "reasoning", "custom_tool_call", "shell_call", 5])
    def test_other_items_are_none(self, say: Any, type: Any) -> None:
        other = item(output_index=0, item={"type": type, "name": "x", "arguments": "y"})
        stray = event("response.function_call_arguments.delta", output_index=0, delta="z")
        said = say(other, stray, END)
        assert (said.calls, said.error) == ({}, None)


def test_halves_of_a_character_are_put_together(say: Any) -> None:
    pieces = [
        b'data: {"type":"response.output_text.delta","delta":"%b"}\n\n' % half
        for half in (rb"\ud83d", rb"\ude80", rb"\u0000", rb"\ud83d")
    ]
    said = say(*pieces, END)
    assert (said.text, said.error) == ("🚀\ufffd\ufffd", None)


def test_models_are_listed(server: ModelServer, responses: OpenAIResponses) -> None:
    server.answers(Answer.json({"data": [{"id": "m"}]}))
    assert responses.models() == ("m",)
