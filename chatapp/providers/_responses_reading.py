"""Reads a stream of the Responses API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from chatapp.errors import ProviderDisconnected
from chatapp.events import Finish, Mark, ProviderEvent
from chatapp.providers._citations import Citations
from chatapp.providers._failures import OPENAI, UNFINISHED, told
from chatapp.providers._reading import parse, pick
from chatapp.providers._speech import Speech, read_usage
from chatapp.providers._tool_calls import ToolCalls
from chatapp.sse import Message


class _Item(msgspec.Struct):
    """A piece of output; of interest are calls of functions, and what an answer rests on."""

    type: Any = None
    call_id: Any = None
    name: Any = None
    arguments: Any = None
    content: Any = None
    results: Any = None


class _Response(msgspec.Struct):
    """The answer as a whole, which some events carry."""

    id: Any = None
    background: Any = None
    usage: Any = None
    error: Any = None
    incomplete_details: Any = None


class _Event(msgspec.Struct):
    """One message of the stream: the fields that are needed, of any type."""

    type: Any = None
    sequence_number: Any = None
    delta: Any = None
    text: Any = None
    output_index: Any = None
    item: _Item | None = None
    arguments: Any = None
    annotation: Any = None
    response: _Response | None = None


_decode = msgspec.json.Decoder(_Event).decode

_VOICES: dict[str, Callable[[Speech, str], Iterable[ProviderEvent]]] = {
    "response.output_text.delta": Speech.say,
    "text_delta": Speech.say,
    "response.refusal.delta": Speech.refuse,
    "response.reasoning_text.delta": Speech.think,
    "response.reasoning_summary_text.delta": Speech.think,
}


class ResponsesReader:
    """Reads the events of one answer. Unknown ones are skipped, unless their delta has a text.

    `token` is the mark behind which a resumed answer goes on. Only an answer in the background
    makes marks: `<id of the response>:<sequence number>`.
    """

    advice = OPENAI

    def __init__(self, token: str = "") -> None:
        self.ended = False
        self._id = token.partition(":")[0]
        self._finished = False
        self._speech = Speech()
        self._calls = ToolCalls()
        self._citations = Citations()
        self._usage: object = None

    def read(self, message: Message) -> Iterator[ProviderEvent]:
        """The events of one message. Raises `ProviderError`."""
        if message.data.startswith("[DONE]"):
            self.ended = True
            return
        event = _read(message.data)
        kind = event.type if isinstance(event.type, str) else message.event
        if kind in _VOICES:
            yield from _VOICES[kind](self._speech, _words(event))
        elif kind in ("response.completed", "response.incomplete"):
            yield self._finish(kind, event.response or _Response())
        elif kind == "response.failed":
            raise told((event.response or _Response()).error)
        elif kind == "error":
            raise told(message.data)
        elif isinstance(event.delta, dict):
            yield from self._speech.say(_words(event))
        else:
            self._cite(kind, event)
            yield from self._read_call(kind, event)
        yield from self._mark(event)

    def rest(self) -> Iterator[ProviderEvent]:
        """What was kept for the end: halves of characters, sources and the usage."""
        yield from self._speech.rest()
        yield from self._citations.take()
        if usage := read_usage(self._usage):
            yield usage

    def conclude(self) -> None:
        """Raises `ProviderError` where the response was not said to be complete; what is written
        in the background counts as cut off, as the rest of it can be had."""
        if not self._finished:
            unfinished = UNFINISHED.error(self.advice)
            if self._id:
                raise ProviderDisconnected from unfinished
            raise unfinished

    def _finish(self, kind: str, response: _Response) -> Finish:
        """`completed` tells no reason, not even that of a call; `incomplete` does."""
        self._finished = True
        self._usage = response.usage or self._usage
        if kind == "response.completed":
            return Finish("stop")
        details = response.incomplete_details
        filtered = isinstance(details, dict) and details.get("reason") == "content_filter"
        return Finish("content_filter" if filtered else "length")

    def _mark(self, event: _Event) -> Iterator[Mark]:
        """There is none behind the last event: whoever goes on has to hear it again."""
        if event.response and event.response.background is True:
            self._id = self._id or str(event.response.id)
        between = not self._finished and not self._speech.waits
        if self._id and between and isinstance(event.sequence_number, int):
            yield Mark(f"{self._id}:{event.sequence_number}")

    def _cite(self, kind: str, event: _Event) -> None:
        """Notes annotations as they are added, and, as xAI adds none, once more at their end."""
        if event.annotation:
            self._citations.annotate([event.annotation])
        elif kind == "response.output_item.done" and event.item:
            self._citations.remember(event.item.results)
            for part in event.item.content if isinstance(event.item.content, list) else ():
                if isinstance(part, dict):
                    self._citations.annotate(part.get("annotations"))

    def _read_call(self, kind: str, event: _Event) -> Iterator[ProviderEvent]:
        """A function call, known by its place in the output: GitHub Copilot changes the ids."""
        call = self._calls.at(event.output_index)
        item = event.item or _Item()
        piece = None
        match kind:
            case "response.output_item.added" if item.type == "function_call" and not call:
                call = self._calls.begin(event.output_index)
                piece = call.piece(item.call_id, item.name, "")
            case "response.function_call_arguments.delta" if call:
                piece = call.piece(None, None, event.delta)
            case "response.function_call_arguments.done" if call and not call.has_arguments:
                piece = call.piece(None, None, event.arguments)
        if piece:
            yield piece


def _read(data: str) -> _Event:
    """Reads a message; what has another shape is left out. Raises `ProviderError` without JSON."""
    try:
        return _decode(data)
    except (msgspec.DecodeError, RecursionError):
        event = pick(_Event, parse(data))
        event.item = pick(_Item, event.item)
        event.response = pick(_Response, event.response)
        return event


def _words(event: _Event) -> str:
    """The words of a delta, which some servers wrap in an object, or call `text`."""
    words = event.text if event.delta is None else event.delta
    if isinstance(words, dict):
        words = words.get("text")
    return words if isinstance(words, str) else ""
