"""One JSON document, complete when the answer is."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from chatapp import sse
from chatapp.events import End, Error, Event, Start, Usage
from chatapp.parts import Parts, text_of, to_json

_HEARTBEAT = b"\n"


class JSON:
    """Collects what is said and writes it at the end, with the names that a message has."""

    mimetype = "application/json"
    key: Hashable | None = None

    def __init__(self, start: Start) -> None:
        self._start = start
        self._parts = Parts()
        self._usage: dict[str, int] | None = None
        self._error: dict[str, Any] | None = None

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """Nothing before the end."""
        match event:
            case Start():
                pass
            case Usage(given, made):
                self._usage = {"input_tokens": given, "output_tokens": made}
            case Error(code, words, retryable):
                self._error = {"code": code, "error": words, "retryable": retryable}
            case End():
                return sse.encode_json(self._whole(event))
            case _:
                self._parts.append(event)
        return b""

    def heartbeat(self) -> bytes:
        """A blank, which may stand before any JSON."""
        return _HEARTBEAT

    def _whole(self, end: End) -> dict[str, Any]:
        parts = self._parts.fold()
        shown = [to_json(part) for part in parts]
        return {
            "id": self._start.message_id,
            "conversation_id": self._start.conversation_id,
            "parent_id": self._start.question_id,
            "model": self._start.model,
            "status": end.status,
            "text": text_of(parts),
            "parts": shown,
            "sources": [source for part in shown for source in part.get("sources", ())],
            "usage": self._usage,
            "finish_reason": end.finish_reason,
            "error": self._error,
        }
