"""One answer in every format in which it can be followed: the same words, resumed anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatapp.errors import ProviderError
from chatapp.events import Finish, ProviderEvent, Reasoning, Source, Sources, Text, ToolCall, Usage
from chatapp.sse import Decoder
from chatapp.sse import Message as Heard
from tests.conftest import Api
from tests.support.replies import value
from tests.support.scripted import Scripted
from tests.support.streams import read
from tests.support.talk import Talk

WORDS = "Ça va? 日本語 👩‍👩‍👧\u2028<b>&amp;</b> `code`\n"
SAID: tuple[ProviderEvent | str, ...] = (
    Reasoning("Hm"),
    Sources((Source("d", "Title", "A passage"),)),
    WORDS,
    ToolCall(0, "call_1", "look", ""),
    ToolCall(0, "call_1", "look", '{"a":'),
    ToolCall(0, "call_1", "look", "1}"),
    Text("No.", refusal=True),
    Usage(3, 4),
    Finish("tool_calls"),
)


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def follow(talk: Talk, id: str, name: str, cursor: str | None = None) -> Any:
    headers = {"Last-Event-ID": cursor} if cursor else {}
    return talk.api.get(f"/api/messages/{id}/stream?as={name}", headers=headers)


def lines(body: bytes) -> list[dict[str, Any]]:
    """The objects of a stream of lines."""
    assert body.endswith(b"\n")
    assert b"\xe2\x80\xa8" not in body
    return [json.loads(line) for line in body.splitlines()]


def chunks(body: bytes) -> list[Heard]:
    """The events of a stream of chunks, but the last, which says that it is over."""
    heard = [item for item in Decoder().feed(body) if isinstance(item, Heard)]
    assert heard.pop().data == "[DONE]"
    return heard


def deltas(body: bytes) -> list[dict[str, Any]]:
    """The deltas of a stream of chunks."""
    objects = [json.loads(heard.data) for heard in chunks(body)]
    return [choice["delta"] for each in objects for choice in each.get("choices", ())]


def joined(body: bytes, voice: str) -> str:
    """What the deltas say with one voice."""
    return "".join(delta.get(voice) or "" for delta in deltas(body))


def test_lines_say_what_events_say(talk: Talk) -> None:
    id = talk.ask("Why?", *SAID)
    response = follow(talk, id, "ndjson")
    assert response.content_type == "application/x-ndjson"
    assert response.headers["X-Accel-Buffering"] == "no"
    told = lines(response.data)
    cursors = [line.pop("cursor") for line in told]
    typed = read(follow(talk, id, "typed").data)
    assert told == [event.data for event in typed]
    assert cursors == [event.id for event in typed]


def test_lines_go_on_from_a_cursor(talk: Talk) -> None:
    id = talk.ask("Why?", *SAID)
    whole = lines(follow(talk, id, "ndjson").data)
    for place, line in enumerate(whole[:-2]):
        assert lines(follow(talk, id, "ndjson", line["cursor"]).data) == whole[place + 1 :]
    assert follow(talk, id, "ndjson", "end").status_code == 204


def test_a_document_is_what_the_message_is(talk: Talk) -> None:
    id = talk.ask("Why?", *SAID)
    document = value(follow(talk, id, "json"))
    message = talk.message(id)
    assert document == {name: message[name] for name in document}
    assert document["text"] == WORDS + "No."


def test_a_document_tells_of_failures(talk: Talk, model: Scripted) -> None:
    stream = talk.api.ask(talk.id, "Why?")
    asked = model.asked()
    asked.say("Once")
    asked.fail(ProviderError("rate_limited", "Too much.", retryable=True))
    id = read(stream.data)[0].data["message_id"]
    document = value(follow(talk, id, "json"))
    assert (document["status"], document["text"]) == ("failed", "Once")
    expected = {"code": "rate_limited", "error": "Too much.", "retryable": True}
    assert document["error"] == expected


def test_chunks_hold_every_voice_once(talk: Talk) -> None:
    id = talk.ask("Why?", *SAID)
    body = follow(talk, id, "openai").data
    assert joined(body, "content") == WORDS
    assert joined(body, "refusal") == "No."
    assert joined(body, "reasoning_content") == "Hm"
    calls = [call for delta in deltas(body) for call in delta.get("tool_calls", ())]
    assert [call.get("id") for call in calls] == ["call_1"] + [None] * (len(calls) - 1)
    assert "".join(call["function"]["arguments"] for call in calls) == '{"a":1}'
    objects = [json.loads(heard.data) for heard in chunks(body)]
    assert {each["id"] for each in objects} == {f"chatcmpl-{id}"}
    assert [each["sources"][0]["title"] for each in objects if "sources" in each] == ["Title"]
    finishes = [c["finish_reason"] for each in objects for c in each["choices"]]
    assert finishes == [None] * (len(finishes) - 1) + ["tool_calls"]
    counted = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert (objects[-1]["choices"], objects[-1]["usage"]) == ([], counted)


def test_chunks_go_on_from_a_cursor(talk: Talk) -> None:
    id = talk.ask("Why?", Reasoning("Hm"), WORDS, Finish("stop"))
    whole = chunks(follow(talk, id, "openai").data)
    for place, heard in enumerate(whole):
        if heard.id != "end":
            rest = chunks(follow(talk, id, "openai", heard.id).data)
            assert [each.data for each in rest] == [each.data for each in whole[place + 1 :]]
    assert follow(talk, id, "openai", "end").status_code == 204


def test_a_tool_call_that_is_resumed_in_its_middle_is_not_named_again(talk: Talk) -> None:
    id = talk.ask("Why?", *SAID)
    parts = talk.message(id)["parts"]
    number = next(n for n, part in enumerate(parts) if part["type"] == "tool_call")
    rest = follow(talk, id, "openai", f"{number}.3").data
    calls = [call for delta in deltas(rest) for call in delta.get("tool_calls", ())]
    assert calls == [{"index": 0, "function": {"arguments": 'a":1}'}}]


@pytest.mark.parametrize("name", ["typed", "ndjson", "text", "openai", "json"])
def test_every_format_ends_where_the_answer_was_stopped(
    talk: Talk, model: Scripted, name: str
) -> None:
    stream = talk.api.ask(talk.id, "Why?")
    asked = model.asked()
    asked.say("Once")
    heard = iter(stream.iter_encoded())
    id = read(next(heard))[0].data["message_id"]
    next(heard)
    following = talk.api.get(f"/api/messages/{id}/stream?as={name}", buffered=False)
    assert talk.api.post(f"/api/messages/{id}/stop").status_code == 202
    assert b"Once" in following.data
