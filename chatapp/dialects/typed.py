"""The native stream: Server-Sent Events, each with a type, a cursor and compact JSON."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from chatapp import sse
from chatapp.events import (
    End,
    Error,
    Event,
    Reasoning,
    Sources,
    Start,
    Text,
    ToolCall,
    Usage,
)
from chatapp.parts import source_to_json

RETRY = 2000
"""Milliseconds after which a client that lost its line asks again."""

_HEARTBEAT = sse.encode_comment()


class Typed:
    """Writes `start`, `message`, `reasoning`, `sources`, `tool_call`, `usage`, `error`, `end`.

    With `owner`, the id of a message, an `id:` is `<message id>:<cursor>`.
    """

    mimetype = "text/event-stream"

    def __init__(self, owner: str = "") -> None:
        self.key: Hashable | None = ("typed", owner)
        self._prefix = f"{owner}:" if owner else ""

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """One block."""
        if not first and type(event) is Text and not event.refusal:
            return b'event: message\nid: %b\ndata: {"type":"content","content":%b}\n\n' % (
                (self._prefix + cursor).encode(),
                sse.encode_json(event.content),
            )
        name, payload = describe(event)
        return sse.encode(
            sse.encode_json(payload),
            event=name,
            id=self._prefix + cursor,
            retry=RETRY if first else None,
        )

    def heartbeat(self) -> bytes:
        """A comment."""
        return _HEARTBEAT


def describe(event: Event) -> tuple[str, dict[str, Any]]:
    """The name of an event on the wire, and its JSON with `type` first."""
    match event:
        case Text(content, refusal):
            payload = {"type": "content", "content": content}
            return "message", payload | {"refusal": True} if refusal else payload
        case Reasoning(content):
            return "reasoning", {"type": "reasoning", "content": content}
        case Sources(sources):
            return "sources", {
                "type": "sources",
                "sources": [source_to_json(each) for each in sources],
            }
        case ToolCall(index, id, name, arguments):
            call = {"index": index, "id": id, "name": name, "arguments": arguments}
            return "tool_call", {"type": "tool_call", **call}
        case Start() | Usage() | Error() | End():
            name = type(event).__name__.lower()
            members = {field: getattr(event, field) for field in event.__dataclass_fields__}
            return name, {"type": name, **members}
