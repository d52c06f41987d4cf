"""Prompt frames: pieces of the answer under the name `prompt`, and `[DONE]`."""

from __future__ import annotations

from collections.abc import Hashable

from chatapp import sse
from chatapp.dialects._frames import frame
from chatapp.dialects.base import HEARTBEAT
from chatapp.events import INTERRUPTED, End, Error, Event, Start, Text


class GuidePrompts:
    """Writes text parts. The first frame is empty: it brings the id to come back with.

    Trouble is an event named `error`, for which a browser calls the source's `onerror`.
    """

    mimetype = "text/event-stream"
    key: Hashable | None = "guide_prompts"

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """One frame, or none for what is no text."""
        match event:
            case Start():
                return frame({"prompt": ""}, cursor, first=first)
            case Text(content):
                return frame({"prompt": content}, cursor, first=first)
            case Error():
                return _trouble(event, cursor)
            case End(status):
                trouble = _trouble(INTERRUPTED, cursor) if status == "interrupted" else b""
                return trouble + sse.encode(b"[DONE]", id=cursor)
            case _:
                return b""

    def heartbeat(self) -> bytes:
        """A comment."""
        return HEARTBEAT


def _trouble(error: Error, cursor: str) -> bytes:
    return frame({"error": error.error}, cursor, event="error")
