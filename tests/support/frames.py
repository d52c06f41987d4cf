"""Reading the guides' streams as their clients do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from chatapp.sse import Decoder, Message

STREAM = {"Accept": "text/event-stream"}


def frames(response: TestResponse) -> list[Message]:
    """The events of a whole stream."""
    assert response.status_code == 200, response.text
    assert response.content_type == "text/event-stream; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache, no-transform"
    assert response.headers["X-Accel-Buffering"] == "no"
    decoder = Decoder()
    heard = [item for item in decoder.feed(response.data) if isinstance(item, Message)]
    assert response.data.endswith(b"\n\n")
    return heard


def told(events: list[Message]) -> list[Any]:
    """What the frames hold: JSON, but for a farewell."""
    return [event.data if event.data == "[DONE]" else json.loads(event.data) for event in events]


def whole(events: list[Message]) -> list[Any]:
    """The same with neighbouring pieces of text put together: how they are cut means nothing."""
    out: list[Any] = []
    for value in told(events):
        name = next((name for name in ("prompt", "content") if name in value), "")
        if name and out and out[-1].keys() == value.keys() and value[name] != "[DONE]":
            out[-1] |= {name: out[-1][name] + value[name]}
        else:
            out.append(value)
    return out


def check_resuming(events: list[Message], open_again: Callable[[str], TestResponse]) -> None:
    """From each id a reader gets exactly what followed it, and from the last one 204."""
    *ids, last = [event.id for event in events]
    for place, id in enumerate(ids, 1):
        assert whole(frames(open_again(id))) == whole(events[place:])
    assert open_again(last).status_code == 204
