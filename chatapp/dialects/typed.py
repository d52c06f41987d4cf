"""The native stream: Server-Sent Events, each with a type, a cursor and compact JSON."""

from __future__ import annotations

from collections.abc import Hashable

from chatapp import sse
from chatapp.dialects._native import describe
from chatapp.dialects.base import HEARTBEAT, RETRY
from chatapp.events import Event, Text


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
        return HEARTBEAT
