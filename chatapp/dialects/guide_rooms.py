"""A chat room's events: `message`, `sources`, and `end` or `error`."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from chatapp.dialects._frames import BAD_ENDINGS, frame
from chatapp.dialects._native import describe
from chatapp.dialects.base import HEARTBEAT
from chatapp.events import End, Event, Sources, Start, Text

BEGINNING = {"event": "start", "data": {"message": "Starting AI response..."}}
END = {"type": "end"}
TROUBLE = {"error": "Failed to process message"}


class GuideRooms:
    """Writes words and sources; `ids` is what the ids of an answer's events begin with."""

    mimetype = "text/event-stream"

    def __init__(self, ids: str) -> None:
        self.key: Hashable | None = ("guide_rooms", ids)
        self._ids = ids

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """One block, or none for what rooms do not show."""
        told = _tell(event)
        if told is None:
            return b""
        name, value = told
        return frame(value, self._ids + cursor, event=name, first=first)

    def heartbeat(self) -> bytes:
        """A comment."""
        return HEARTBEAT


def _tell(event: Event) -> tuple[str, dict[str, Any]] | None:
    """The name of an event, empty for the first, and its JSON."""
    match event:
        case Start():
            return "", BEGINNING
        case Text(content):
            return "message", {"type": "content", "content": content}
        case Sources():
            return describe(event)
        case End(status):
            return ("error", TROUBLE) if status in BAD_ENDINGS else ("end", END)
        case _:
            return None
