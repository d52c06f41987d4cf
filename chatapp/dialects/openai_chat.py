"""Chat Completions, as OpenAI's clients read them: chunks, or one completion.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from chatapp import sse
from chatapp.dialects._openai import describe
from chatapp.dialects.base import DONE, HEARTBEAT, RETRY
from chatapp.events import (
    INTERRUPTED,
    End,
    Error,
    Event,
    Reasoning,
    ScoredText,
    Sources,
    Start,
    Text,
    ToolCall,
    Usage,
)
from chatapp.parts import Part, source_to_json


class OpenAIChat:
    """Writes one `chat.completion.chunk` for each event that has a place in it, and `[DONE]`.

    `created` is in seconds since 1970. With `usage` a last chunk tells the tokens. With
    `ids` each chunk brings a cursor, which begins with them. It keeps state: what was said of a
    tool call is not said again.
    """

    mimetype = "text/event-stream"
    key: Hashable | None = None

    def __init__(
        self, start: Start, created: int, *, usage: bool = False, ids: str | None = None
    ) -> None:
        self._members = _members(start, created, "chat.completion.chunk")
        head = sse.encode_json(self._members)[:-1]
        self._head = b'data: %b,"choices":[{"index":0,"delta":' % head
        self._counts = usage
        self._usage: Usage | None = None
        self._ids = ids
        self._calls: set[int] = set()

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """The chunk of an event; nothing for what is told later."""
        if type(event) is Text and not event.refusal and self._ids is None:
            return self._plain(event.content)
        chunk = self._encode(event, cursor)
        return self._place(cursor, first=first) + chunk if chunk else b""

    def _encode(self, event: Event, cursor: str) -> bytes:
        match event:
            case ScoredText(content, refusal, logprobs):
                return self._chunk(_words(content, refusal), logprobs=_scores(logprobs, refusal))
            case Sources(sources):
                return self._chunk({}, sources=[source_to_json(source) for source in sources])
            case Usage():
                self._usage = event
                return b""
            case Error():
                return _error(event)
            case End():
                return self._close(event)
            case _:
                return self._chunk(self._delta(event, cursor))

    def heartbeat(self) -> bytes:
        """A comment."""
        return HEARTBEAT

    def _place(self, cursor: str, *, first: bool) -> bytes:
        if self._ids is None:
            return b""
        retry = f"retry: {RETRY}\n" if first else ""
        return f"id: {self._ids}{cursor}\n{retry}".encode()

    def _plain(self, content: str) -> bytes:
        words = sse.encode_json(content)
        tail = b',"usage":null}' if self._counts else b"}"
        delta = b'{"content":%b},"logprobs":null,"finish_reason":null}]' % words
        return b"%b%b%b\n\n" % (self._head, delta, tail)

    def _chunk(self, delta: dict[str, Any], *, finish: str | None = None, **others: Any) -> bytes:
        scores = others.pop("logprobs", None)
        choice = {"index": 0, "delta": delta, "logprobs": scores, "finish_reason": finish}
        usage = {"usage": None} if self._counts else {}
        chunk = {**self._members, "choices": [choice], **usage, **others}
        return sse.encode(sse.encode_json(chunk))

    def _delta(self, event: Start | Text | Reasoning | ToolCall, cursor: str) -> dict[str, Any]:
        match event:
            case Start():
                return {"role": "assistant", "content": ""}
            case Text(content, refusal):
                return _words(content, refusal)
            case Reasoning(content):
                return {"reasoning_content": content}
            case ToolCall():
                return {"tool_calls": [self._piece(event, cursor)]}

    def _piece(self, call: ToolCall, cursor: str) -> dict[str, Any]:
        """Clients join the strings of all pieces: id and name come with the first alone.

        By its cursor a piece is the first of a part, and the name counts as one step.
        """
        begins = cursor.endswith(f".{len(call.arguments) + 1}")
        if not begins or call.index in self._calls:
            return {"index": call.index, "function": {"arguments": call.arguments}}
        self._calls.add(call.index)
        return {"index": call.index, **_call(call)}

    def _close(self, end: End) -> bytes:
        if end.status == "failed":
            return DONE
        if end.status == "interrupted":
            return _error(INTERRUPTED) + DONE
        last = self._chunk({}, finish=_reason(end, calls=bool(self._calls)))
        if self._counts and self._usage:
            counted = {**self._members, "choices": [], "usage": _tokens(self._usage)}
            last += sse.encode(sse.encode_json(counted))
        return last + DONE


def completion(
    start: Start, created: int, parts: Iterable[Part], end: End, usage: Usage | None
) -> dict[str, Any]:
    """The whole answer as one `chat.completion`."""
    whole = _Whole()
    for part in parts:
        whole.add(part)
    choice = {"index": 0, "message": whole.message(), "logprobs": whole.scores}
    choice["finish_reason"] = _reason(end, calls=bool(whole.calls))
    return {
        **_members(start, created, "chat.completion"),
        "choices": [choice],
        **({"usage": _tokens(usage)} if usage else {}),
        **({"sources": whole.sources} if whole.sources else {}),
    }


class _Whole:
    """The parts of an answer, sorted by where they stand in a completion."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.calls: dict[int, dict[str, Any]] = {}
        self.scores: dict[str, Any] | None = None
        self.sources: list[dict[str, Any]] = []

    def add(self, part: Part) -> None:
        """Takes in the next part."""
        match part:
            case Text(content, refusal):
                self._say("refusal" if refusal else "content", content)
                if isinstance(part, ScoredText):
                    self.scores = _scores(part.logprobs, refusal, self.scores)
            case Reasoning(content):
                self._say("reasoning_content", content)
            case ToolCall() if part.index in self.calls:
                self.calls[part.index]["function"]["arguments"] += part.arguments
            case ToolCall():
                self.calls[part.index] = _call(part)
            case Sources(sources):
                self.sources = [source_to_json(source) for source in sources]

    def message(self) -> dict[str, Any]:
        """The message of the only choice; without words or calls its content is empty."""
        nothing = None if self.calls or "refusal" in self.words else ""
        message = {"role": "assistant", "content": nothing, "refusal": None, **self.words}
        return message | ({"tool_calls": list(self.calls.values())} if self.calls else {})

    def _say(self, voice: str, content: str) -> None:
        self.words[voice] = self.words.get(voice, "") + content


def _reason(end: End, *, calls: bool) -> str:
    """Why the model stopped; some servers do not say that it waits for tools."""
    if calls and end.finish_reason in (None, "stop"):
        return "tool_calls"
    return end.finish_reason or "stop"


def _members(start: Start, created: int, kind: str) -> dict[str, Any]:
    id = f"chatcmpl-{start.message_id}"
    return {"id": id, "object": kind, "created": created, "model": start.model}


def _words(content: str, refusal: bool) -> dict[str, Any]:
    return {"refusal" if refusal else "content": content}


def _scores(
    logprobs: Iterable[Any], refusal: bool, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The chances of tokens, behind those `before`, of the voice that said them."""
    told = before or {"content": None, "refusal": None}
    voice = "refusal" if refusal else "content"
    return told | {voice: [*(told[voice] or ()), *logprobs]}


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _error(error: Error) -> bytes:
    return sse.encode(sse.encode_json({"error": describe(error)}))
