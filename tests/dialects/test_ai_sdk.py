"""The AI SDK's chunks: every part begins and ends, whatever the model does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatapp.dialects.ai_sdk import AISDK
from chatapp.events import (
    End,
    Error,
    Event,
    Reasoning,
    Source,
    Sources,
    Start,
    Text,
    ToolCall,
    Usage,
)
from chatapp.sse import Decoder, Message

START = Start("answer", "conversation", "question", "model")
BEGINNING = [{"type": "start", "messageId": "answer"}, {"type": "start-step"}]
COMPLETE = End("complete", "stop", 0)


def chunks(*events: tuple[Event, str]) -> list[dict[str, Any]]:
    """What a client reads of these events, each with its cursor; it ends with `[DONE]`."""
    dialect = AISDK()
    body = dialect.encode(START, "0.0", first=True)
    body += b"".join(dialect.encode(event, cursor) for event, cursor in events)
    told = [each.data for each in Decoder().feed(body) if isinstance(each, Message)]
    if isinstance(events[-1][0], End):
        assert told.pop() == "[DONE]"
    read = [json.loads(data) for data in told]
    assert read[:2] == BEGINNING
    return read[2:]


def kinds(told: list[dict[str, Any]]) -> list[str]:
    return [chunk["type"] for chunk in told]


def test_parts_begin_and_end() -> None:
    told = chunks(
        (Reasoning("Hm"), "0.2"),
        (Text("Be"), "1.2"),
        (Text("cause."), "1.8"),
        (Usage(1, 2), "1.8"),
        (COMPLETE, "end"),
    )
    assert told == [
        {"type": "reasoning-start", "id": "0"},
        {"type": "reasoning-delta", "id": "0", "delta": "Hm"},
        {"type": "reasoning-end", "id": "0"},
        {"type": "text-start", "id": "1"},
        {"type": "text-delta", "id": "1", "delta": "Be"},
        {"type": "text-delta", "id": "1", "delta": "cause."},
        {"type": "text-end", "id": "1"},
        {"type": "finish-step"},
        {"type": "finish", "finishReason": "stop"},
    ]


def test_two_parts_of_one_kind_are_two() -> None:
    told = chunks((Text("No."), "0.3"), (Text("I refuse.", refusal=True), "1.9"))
    assert kinds(told) == ["text-start", "text-delta", "text-end", "text-start", "text-delta"]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content-filter"),
        ("tool_calls", "tool-calls"),
        (None, "other"),
    ],
)
def test_the_finish_has_a_name_that_the_sdk_knows(reason: Any, told: str) -> None:
    assert chunks((End("complete", reason, 0), "end"))[-1]["finishReason"] == told


def test_sources_are_addresses_or_documents() -> None:
    page = Source("7", "HR Policy", "Thirty days.", "https://example.org/hr")
    file = Source("", "Works agreement", "Halves.", None, "hr/works.md", 2)
    address, document = chunks((Sources((page, file)), "0.1"))
    assert address == {
        "type": "source-url",
        "sourceId": "7",
        "title": "HR Policy",
        "url": "https://example.org/hr",
        "providerMetadata": {"chatapp": {"content": "Thirty days.", "position": 1}},
    }
    assert document == {
        "type": "source-document",
        "mediaType": "text/plain",
        "sourceId": "2",
        "title": "Works agreement",
        "filename": "hr/works.md",
        "providerMetadata": {"chatapp": {"content": "Halves.", "position": 2}},
    }


def test_calls_that_take_turns_are_whole_at_the_end() -> None:
    told = chunks(
        (Text("Look."), "0.5"),
        (ToolCall(0, "a", "find", '{"q":'), "1.6"),
        (ToolCall(1, "b", "now", ""), "2.1"),
        (ToolCall(0, "a", "find", '"x"}'), "3.5"),
        (End("complete", "tool_calls", 5), "end"),
    )
    assert told[3:] == [
        {"type": "tool-input-start", "toolCallId": "a", "toolName": "find"},
        {"type": "tool-input-delta", "toolCallId": "a", "inputTextDelta": '{"q":'},
        {"type": "tool-input-start", "toolCallId": "b", "toolName": "now"},
        {"type": "tool-input-delta", "toolCallId": "a", "inputTextDelta": '"x"}'},
        {
            "type": "tool-input-available",
            "toolCallId": "a",
            "toolName": "find",
            "input": {"q": "x"},
        },
        {"type": "tool-input-available", "toolCallId": "b", "toolName": "now", "input": {}},
        {"type": "finish-step"},
        {"type": "finish", "finishReason": "tool-calls"},
    ]
    assert kinds(told[:3]) == ["text-start", "text-delta", "text-end"]


def test_a_call_that_is_no_json_says_so() -> None:
    told = chunks((ToolCall(0, "a", "find", '{"q'), "0.4"), (COMPLETE, "end"))
    wrong = next(chunk for chunk in told if chunk["type"] == "tool-input-error")
    assert wrong["input"] == '{"q'
    assert wrong["errorText"]


def test_trouble_ends_the_part_that_is_open() -> None:
    told = chunks(
        (Text("Be"), "0.2"),
        (Error("provider_error", "It broke.", True), "0.2"),
        (End("failed", None, 2), "end"),
    )
    assert told[2:] == [
        {"type": "text-end", "id": "0"},
        {"type": "error", "errorText": "It broke."},
    ]


def test_an_answer_that_was_interrupted_says_so() -> None:
    told = chunks((Text("Be"), "0.2"), (End("interrupted", None, 2), "end"))
    assert kinds(told)[2:] == ["text-end", "error"]
    assert told[-1]["errorText"]


def test_an_answer_that_was_stopped_is_aborted() -> None:
    told = chunks((Text("Be"), "0.2"), (End("stopped", None, 2), "end"))
    assert kinds(told)[2:] == ["text-end", "abort"]


def test_a_sign_of_life_is_a_comment() -> None:
    assert AISDK().heartbeat().startswith(b":")
