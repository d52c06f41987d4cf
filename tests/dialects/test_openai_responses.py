"""The stream of a response: its order, its numbers, and going on from any of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.dialects.openai_responses import Head, OpenAIResponses, State, output_items, whole
from chatapp.events import (
    INTERRUPTED,
    Append,
    End,
    Error,
    Event,
    Reasoning,
    ScoredText,
    Source,
    Sources,
    Start,
    Text,
    ToolCall,
    Usage,
)
from chatapp.parts import Part, fold
from chatapp.sse import Decoder, Message

HEAD = Head("m1", "gpt", 5, {"store": True}, completed=7)
DONE = End("complete", "stop", 0)
PAGE = Source("d1", "Title", "A passage", url="https://example.org/", position=1)
FILE = Source("d2", "Title", "A passage", document_name="hr/policy.md", position=2)

Told = list[dict[str, Any]]


def told(events: Iterable[Event], after: int | None = None) -> Told:
    """What a reader gets that has come as far as `after`."""
    dialect = OpenAIResponses(HEAD, after)
    body = dialect.encode(Start("m1", "", None, "gpt"), "0.0", first=True)
    body += b"".join(dialect.encode(event, "") for event in events)
    heard = [item for item in Decoder().feed(body) if isinstance(item, Message)]
    assert heard.pop().data == "[DONE]"
    told = [json.loads(each.data) for each in heard]
    assert [each.event for each in heard] == [each["type"] for each in told]
    return told


def kinds(events: Told) -> list[str]:
    """The names of events, those of deltas once in a row."""
    names = [str(event["type"]).removeprefix("response.") for event in events]
    return [name for before, name in pairwise(["", *names]) if name != before]


def said(events: Told) -> dict[str, str]:
    """The deltas of each item, joined."""
    joined: dict[str, str] = {}
    for event in events:
        if "delta" in event:
            joined[event["item_id"]] = joined.get(event["item_id"], "") + event["delta"]
    return joined


def test_a_text_is_told_in_openais_order() -> None:
    events = told([Text("On"), Text("ce"), Usage(3, 4), DONE])
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event["delta"] for event in events if "delta" in event] == ["On", "ce"]
    done = next(event for event in events if event["type"] == "response.output_text.done")
    assert done["text"] == "Once"
    assert events[0]["response"]["output"] == []
    state = State("complete", "stop", Usage(3, 4))
    assert events[-1]["response"] == whole(HEAD, state, [Text("Once")])
    assert events[-1]["response"]["usage"]["total_tokens"] == 7


def test_thoughts_refusals_and_calls_are_items_of_their_own() -> None:
    calls = [
        ToolCall(0, "call_1", "look", ""),
        ToolCall(0, "call_1", "look", '{"a":'),
        ToolCall(1, "call_2", "find", "{"),
        ToolCall(0, "call_1", "look", "1}"),
        ToolCall(1, "call_2", "find", "}"),
    ]
    events = told([Reasoning("Hm"), Text("Once"), Text("No.", refusal=True), *calls, DONE])
    assert kinds(events)[2:-1] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "function_call_arguments.done",
        "output_item.done",
    ]
    thought, text, refusal, look, find = events[-1]["response"]["output"]
    assert thought["summary"] == [{"type": "summary_text", "text": "Hm"}]
    assert text["content"][0]["text"] == "Once"
    assert refusal["content"] == [{"type": "refusal", "refusal": "No."}]
    assert (look["call_id"], look["name"], look["arguments"]) == ("call_1", "look", '{"a":1}')
    assert (find["call_id"], find["name"], find["arguments"]) == ("call_2", "find", "{}")
    assert said(events)[look["id"]] == '{"a":1}'


def test_texts_refer_to_their_sources() -> None:
    words: list[Append] = [Text("Ça [2]"), Sources((PAGE, FILE)), Text(" va [1][9]")]
    events = told([*words, DONE])
    (item,) = events[-1]["response"]["output"]
    assert item["content"][0]["text"] == "Ça [2] va [1][9]"
    place = {"start_index": 10, "end_index": 13}
    marked = [
        {"type": "file_citation", "file_id": "d2", "filename": "hr/policy.md", "index": 3},
        {"type": "url_citation", "url": "https://example.org/", "title": "Title", **place},
    ]
    assert item["content"][0]["annotations"] == marked
    added = [event["annotation"] for event in events if event["type"].endswith("annotation.added")]
    assert added == marked
    assert [source["id"] for source in events[-1]["response"]["sources"]] == ["d1", "d2"]


def test_sources_without_marks_stand_at_the_end() -> None:
    (item,) = told([Sources((PAGE,)), Text("Once"), DONE])[-1]["response"]["output"]
    (annotation,) = item["content"][0]["annotations"]
    assert (annotation["start_index"], annotation["end_index"]) == (4, 4)


def test_the_chances_of_tokens_are_told() -> None:
    tokens = [{"token": "On", "logprob": -0.1}, {"token": "ce", "logprob": -0.2}]
    pieces = [ScoredText(str(each["token"]), False, (each,)) for each in tokens]
    events = told([*pieces, DONE])
    deltas = [event["logprobs"] for event in events if "delta" in event]
    assert deltas == [[tokens[0]], [tokens[1]]]
    assert events[-1]["response"]["output"][0]["content"][0]["logprobs"] == tokens


@pytest.mark.parametrize(
    ("end", "kind", "status", "reason"),
    [
        (End("complete", None, 4), "completed", "completed", None),
        (End("complete", "tool_calls", 4), "completed", "completed", None),
        (End("complete", "length", 4), "incomplete", "incomplete", "max_output_tokens"),
        (End("complete", "content_filter", 4), "incomplete", "incomplete", "content_filter"),
        (End("stopped", None, 4), "incomplete", "cancelled", None),
    ],
)
def test_the_last_event_says_how_it_ended(
    end: End, kind: str, status: str, reason: str | None
) -> None:
    last = told([Text("Once"), end])[-1]
    assert (last["type"], last["response"]["status"]) == (f"response.{kind}", status)
    assert last["response"]["incomplete_details"] == ({"reason": reason} if reason else None)
    (item,) = last["response"]["output"]
    assert item["status"] == ("completed" if status == "completed" else "incomplete")


@pytest.mark.parametrize(
    "how",
    [
        [Error("rate_limited", "Too often.", True), End("failed", None, 4)],
        [End("interrupted", None, 4)],
    ],
)
def test_a_failure_is_an_event_and_the_end(how: list[Event]) -> None:
    failure = how[0] if isinstance(how[0], Error) else INTERRUPTED
    *before, error, last = told([Text("Once"), *how])
    assert before[-1]["type"] == "response.output_text.delta", "nothing broken is called done"
    assert (error["type"], error["message"]) == ("error", failure.error)
    assert error["error"]["message"] == failure.error
    assert (last["type"], last["response"]["status"]) == ("response.failed", "failed")
    assert last["response"]["error"]["message"] == failure.error
    assert last["response"]["output"][0]["status"] == "incomplete"


words = st.text(st.sampled_from("aé日👩\u200d\u2028[1]"), min_size=1, max_size=6)
pieces = st.one_of(
    st.builds(Text, words, st.booleans()),
    st.builds(Reasoning, words),
    st.integers(0, 2).flatmap(
        lambda index: st.builds(
            ToolCall, st.just(index), st.just(f"call_{index}"), st.just("look"), words
        )
    ),
    st.just(Sources((PAGE, FILE))),
)
endings = st.sampled_from(
    [
        [DONE],
        [Usage(1, 2), End("complete", "length", 0)],
        [End("stopped", None, 0)],
        [Error("provider_error", "Broken.", True), End("failed", None, 0)],
        [End("interrupted", None, 0)],
    ]
)


@given(st.lists(pieces, max_size=8), endings, st.data())
def test_a_reader_goes_on_from_any_number(
    appends: list[Append], ending: list[Event], data: st.DataObject
) -> None:
    live = told([*appends, *ending])
    numbers = [event["sequence_number"] for event in live]
    assert numbers == sorted(set(numbers))
    stored: tuple[Part, ...] = fold(appends)
    after = data.draw(st.sampled_from(numbers))
    rest = told([*stored, *ending], after)
    heard = [event for event in live if event["sequence_number"] <= after]
    assert all(event["sequence_number"] > after for event in rest)
    assert said([*heard, *rest]) == said(live)
    structure = Counter(event["type"] for event in live if "delta" not in event)
    joined = [event for event in (*heard, *rest) if "delta" not in event]
    assert Counter(event["type"] for event in joined) == structure
    last = [event for event in joined if event["sequence_number"] == numbers[-1]]
    assert last == live[-1:]


@given(st.lists(pieces, max_size=8), endings, st.integers(0, 200))
def test_any_number_at_all_can_be_gone_on_from(
    appends: list[Append], ending: list[Event], after: int
) -> None:
    everything, rest = told([*appends, *ending]), told([*appends, *ending], after)
    for id, words in said(rest).items():
        assert said(everything)[id].endswith(words)
    later = [event for event in everything if event["sequence_number"] > after]
    if not later and after % 2 == 0:  # ahead of all that was stored: it has to hear of the end
        later = everything[-1:]
    assert [event["type"] for event in rest] == [event["type"] for event in later]


def test_who_knows_more_than_was_stored_is_told_the_end() -> None:
    ahead = told([Text("Once upon"), DONE])
    place = next(event for event in ahead if "delta" in event)["sequence_number"]
    (last,) = told([Text("Once"), End("interrupted", None, 4)], place)
    assert last["type"] == "response.failed"
    assert last["sequence_number"] > place
    assert told([Text("Once"), End("interrupted", None, 4)], last["sequence_number"]) == []


def test_what_was_said_can_be_told_again() -> None:
    parts: list[Append] = [Reasoning("Hm"), Text("Once"), ToolCall(0, "call_1", "look", "{}")]
    items = output_items("m1", parts)
    assert [item["type"] for item in items] == ["reasoning", "message", "function_call"]
    assert items == told([*parts, DONE])[-1]["response"]["output"]
