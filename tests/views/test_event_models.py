"""The models of what our streams hold: they know every event, and every member of it."""

from __future__ import annotations

import json
from functools import reduce
from operator import or_
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from chatapp import events
from chatapp.dialects._native import describe
from chatapp.dialects.notices import Notices
from chatapp.sse import Decoder, Message
from chatapp.views.event_models import ANSWER, NOTICES

SAID: tuple[events.Event, ...] = (
    events.Start("m", "c", "q", "gpt"),
    events.Text("a"),
    events.Text("a", refusal=True),
    events.Reasoning("a"),
    events.Sources((events.Source("d", "t", "c"),)),
    events.ToolCall(0, "i", "n", "{}"),
    events.Usage(1, 2),
    events.Error("provider_error", "Broken.", True),
    events.End("complete", "stop", 1),
)


def read(kinds: tuple[type[BaseModel], ...], data: str) -> object:
    """The event, as the one model that fits it exactly."""
    either: TypeAdapter[Any] = TypeAdapter(reduce(or_, kinds))
    return either.validate_json(data)


def test_events_are_as_the_document_says() -> None:
    assert {type(event) for event in SAID} == set(get_args(events.Event))
    shown = [read(ANSWER.events, json.dumps(describe(event)[1])) for event in SAID]
    assert {type(each) for each in shown} == set(ANSWER.events)


def test_notices_are_as_the_document_says() -> None:
    change = events.Change("message.started", "c", "m", "pending")
    made = events.Change("conversation.created", "c")
    read_ = events.Change("document.updated", "", document_id="d", state="ready")
    notices = Notices()
    told = (notices.encode(each) for each in (events.Sync(), change, made, read_))
    blocks = [notices.welcome(), *told]
    heard = [each for each in Decoder().feed(b"".join(blocks)) if isinstance(each, Message)]
    shown = [read(NOTICES.events, each.data) for each in heard]
    assert {type(each) for each in shown} == set(NOTICES.events)
