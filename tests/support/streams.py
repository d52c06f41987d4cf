"""Reading a native stream as a client does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from chatapp.sse import Decoder, Message


class Heard(NamedTuple):
    """One event of a native stream."""

    name: str
    id: str
    data: dict[str, Any]


def hear(chunks: Iterable[bytes]) -> Iterator[Heard]:
    """The events of a stream, as they come."""
    decoder = Decoder()
    for chunk in chunks:
        for message in decoder.feed(chunk):
            if isinstance(message, Message):
                yield Heard(message.event, message.id, json.loads(message.data))


def read(body: bytes) -> list[Heard]:
    """The events of a whole stream."""
    return list(hear([body]))


def words(events: Iterable[Heard]) -> str:
    """The text that the events add up to."""
    return "".join(event.data["content"] for event in events if event.name == "message")
