"""The AI SDK's UI message stream, as `useChat` reads it.

https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from typing import Any, TypeAlias

from chatapp import sse
from chatapp.dialects.base import DONE, HEARTBEAT
from chatapp.events import (
    INTERRUPTED,
    End,
    Error,
    Event,
    Reasoning,
    Source,
    Sources,
    Start,
    Text,
    ToolCall,
)

Chunk: TypeAlias = dict[str, Any]

_REASONS = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content-filter",
    "tool_calls": "tool-calls",
}


class AISDK:
    """Writes an answer from its beginning: parts begin and end, so it keeps state."""

    mimetype = "text/event-stream"
    key: Hashable | None = None

    def __init__(self) -> None:
        self._open: tuple[str, str] | None = None
        self._calls: dict[int, ToolCall] = {}

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """The chunks of an event; nothing for what has no place among them."""
        chunks = b"".join(sse.encode(sse.encode_json(chunk)) for chunk in self._tell(event, cursor))
        return chunks + DONE if isinstance(event, End) else chunks

    def heartbeat(self) -> bytes:
        """A comment."""
        return HEARTBEAT

    def _tell(self, event: Event, cursor: str) -> Iterator[Chunk]:
        part = cursor.partition(".")[0]
        match event:
            case Start(message_id):
                yield {"type": "start", "messageId": message_id}
                yield {"type": "start-step"}
            case Text(content):
                yield from self._say("text", part, content)
            case Reasoning(content):
                yield from self._say("reasoning", part, content)
            case Sources(sources):
                yield from map(_source, sources)
            case ToolCall():
                yield from self._call(event)
            case Error(error=words):
                yield from self._close()
                yield {"type": "error", "errorText": words}
            case End():
                yield from self._end(event)

    def _say(self, kind: str, part: str, words: str) -> Iterator[Chunk]:
        """A piece of a part, which ends the one before it."""
        if self._open != (kind, part):
            yield from self._close()
            yield {"type": f"{kind}-start", "id": part}
            self._open = (kind, part)
        yield {"type": f"{kind}-delta", "id": part, "delta": words}

    def _close(self) -> Iterator[Chunk]:
        if self._open:
            kind, part = self._open
            yield {"type": f"{kind}-end", "id": part}
        self._open = None

    def _call(self, piece: ToolCall) -> Iterator[Chunk]:
        """A piece of a call, whose input is whole only at the end: calls may take turns."""
        known = self._calls.get(piece.index)
        arguments = (known.arguments if known else "") + piece.arguments
        self._calls[piece.index] = ToolCall(piece.index, piece.id, piece.name, arguments)
        if not known:
            yield from self._close()
            yield {"type": "tool-input-start", "toolCallId": piece.id, "toolName": piece.name}
        if piece.arguments:
            delta = {"toolCallId": piece.id, "inputTextDelta": piece.arguments}
            yield {"type": "tool-input-delta", **delta}

    def _end(self, end: End) -> Iterator[Chunk]:
        yield from self._close()
        match end.status:
            case "stopped":
                yield {"type": "abort", "reason": "stopped"}
            case "failed":
                return
            case "interrupted":
                yield {"type": "error", "errorText": INTERRUPTED.error}
            case _:
                yield from map(_whole, self._calls.values())
                yield {"type": "finish-step"}
                reason = _REASONS.get(end.finish_reason or "", "other")
                yield {"type": "finish", "finishReason": reason}


def _source(source: Source) -> Chunk:
    """A source; its words, for which there is no member, stand among what is ours."""
    told: Chunk = {"sourceId": source.id or str(source.position), "title": source.title}
    ours = {"chatapp": {"content": source.content, "position": source.position}}
    if source.url:
        return {"type": "source-url", **told, "url": source.url, "providerMetadata": ours}
    named = {"filename": source.document_name} if source.document_name else {}
    kind = {"type": "source-document", "mediaType": "text/plain"}
    return {**kind, **told, **named, "providerMetadata": ours}


def _whole(call: ToolCall) -> Chunk:
    """A call that is complete; one whose input is no JSON cannot be made."""
    named = {"toolCallId": call.id, "toolName": call.name}
    try:
        return {
            "type": "tool-input-available",
            **named,
            "input": json.loads(call.arguments or "{}"),
        }
    except (ValueError, RecursionError):
        wrong = {"input": call.arguments, "errorText": "The model wrote no JSON."}
        return {"type": "tool-input-error", **named, **wrong}
