"""The native events as lines of JSON, for programs that read lines."""

from __future__ import annotations

from collections.abc import Hashable

from chatapp import sse
from chatapp.dialects._native import describe
from chatapp.events import Event

_HEARTBEAT = b'{"type":"keep-alive"}\n'


class NDJSON:
    """Writes one object a line: the event, and as `cursor` the place behind it."""

    mimetype = "application/x-ndjson"
    key: Hashable | None = "ndjson"

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """One line."""
        _, members = describe(event)
        return sse.encode_json({**members, "cursor": cursor}) + b"\n"

    def heartbeat(self) -> bytes:
        """A line of its own type: not every reader of lines takes an empty one."""
        return _HEARTBEAT
