"""The coach's frames: pieces of advice under the name `content`, the last of them `[DONE]`."""

from __future__ import annotations

from collections.abc import Hashable

from chatapp import sse
from chatapp.dialects._frames import BAD_ENDINGS, frame
from chatapp.dialects.base import HEARTBEAT
from chatapp.events import End, Event, Start, Text

TROUBLE = {"error": "Error generating advice"}

GONE = sse.encode(sse.encode_json({"error": "User not found"}))
"""All that somebody hears whose account is gone."""


class GuideCoach:
    """Writes text parts; `ids` is what the ids of an answer's events begin with.

    The first frame is empty: it brings the id to come back with.
    """

    mimetype = "text/event-stream"

    def __init__(self, ids: str) -> None:
        self.key: Hashable | None = ("guide_coach", ids)
        self._ids = ids

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """One frame, or none for what is no text and no end."""
        match event:
            case Start():
                value = {"content": ""}
            case Text(content):
                value = {"content": content}
            case End(status):
                value = TROUBLE if status in BAD_ENDINGS else {"content": "[DONE]"}
            case _:
                return b""
        return frame(value, self._ids + cursor, first=first)

    def heartbeat(self) -> bytes:
        """A comment."""
        return HEARTBEAT
