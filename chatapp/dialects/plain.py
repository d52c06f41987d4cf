"""Plain text: the words of the answer and nothing else."""

from __future__ import annotations

from collections.abc import Hashable

from chatapp.events import Event, Text


class Plain:
    """Writes text parts as UTF-8; everything else is silent."""

    mimetype = "text/plain"
    key: Hashable | None = "plain"

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """The words, where the event has any for people to read."""
        return event.content.encode() if isinstance(event, Text) else b""

    def heartbeat(self) -> bytes:
        """Text has nothing that means nothing."""
        return b""
