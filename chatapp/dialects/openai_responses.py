"""The Responses API, as OpenAI's clients read it: numbered events, or one response.

https://platform.openai.com/docs/api-reference/responses-streaming

A `sequence_number` is a position in the response, not in a log of events. Each event takes up one
number and each delta one for each of its code points; the numbers told are twice that, so that
they are even and grow by as much as was said, however a text was cut into deltas. A reader that
has come as far as one of them is told the rest by any process, at any time, from the stored
message alone: the response is told anew from its beginning, and what has a number of at most
`after` is left out, of a delta its first code points.

The last event has an odd number. A reader may know more of a text than was stored, where the
process that wrote it was killed; its number then lies behind all others, and by being even it
tells that the reader has not heard of the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import replace
from itertools import chain
from time import time
from typing import Any

from chatapp import sse
from chatapp.dialects._openai import describe
from chatapp.dialects._output import Output
from chatapp.dialects._output_items import Spoken, Step
from chatapp.dialects._response import Head, State, response
from chatapp.dialects.base import DONE, HEARTBEAT
from chatapp.events import INTERRUPTED, End, Error, Event, Start, Text, Usage
from chatapp.parts import Part

__all__ = ["Head", "OpenAIResponses", "State", "output_items", "whole"]

_DELTA = (
    b"event: response.output_text.delta\n"
    b'data: {"type":"response.output_text.delta","sequence_number":%d,%b,'
    b'"delta":%b,"logprobs":[]}\n\n'
)
_LAST = {"completed": "response.completed", "failed": "response.failed"}
"""What else there is, a cancelled response too, is `response.incomplete`."""


class OpenAIResponses:
    """Writes a response as it grows, behind the `sequence_number` that its reader has come to.

    It keeps state, and wants to hear the answer from its `Start` on in any case.
    """

    mimetype = "text/event-stream"
    key: Hashable | None = None

    def __init__(self, head: Head, after: int | None = None) -> None:
        self._head = head
        self._after = -1 if after is None else after
        self._place = -1
        self._output = Output(head.message_id)
        self._usage: Usage | None = None
        self._error: Error | None = None

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """The blocks of an event, as far as they are new; a comment where a stream begins."""
        if type(event) is Text and not event.refusal and (text := self._output.text):
            return self._go_on(text, event.content)
        match event:
            case Start():
                return self._open() or HEARTBEAT
            case Usage():
                self._usage = event
                return b""
            case Error():
                return self._fail(event)
            case End():
                return self._close(event)
            case _:
                return b"".join(map(self._tell, self._output.take(event)))

    def heartbeat(self) -> bytes:
        """A comment."""
        return HEARTBEAT

    def _go_on(self, text: Spoken, words: str) -> bytes:
        """More of a text, which is what nearly all events are."""
        if 2 * self._place < self._after:
            return self._tell(text.delta(words))
        text.hear(words)
        self._place += len(words)
        return _DELTA % (2 * self._place, text.place, sse.encode_json(words))

    def _open(self) -> bytes:
        begun = {"response": self._response(State("pending"))}
        kinds = ("response.created", "response.in_progress")
        return b"".join(self._tell(Step(kind, begun)) for kind in kinds)

    def _tell(self, step: Step) -> bytes:
        kind, members, size = step
        self._place += size
        number = 2 * self._place
        if number <= self._after:
            return b""
        fresh = self._place - self._after // 2
        if fresh < size:
            members = members | {"delta": members["delta"][-fresh:]}
        return _frame(kind, number, members)

    def _fail(self, error: Error) -> bytes:
        """Some clients look for the words in the event itself, others in its `error`."""
        self._error = error
        told = describe(error)
        flat = {name: told[name] for name in ("code", "message", "param")}
        return self._tell(Step("error", {**flat, "error": told}))

    def _close(self, end: End) -> bytes:
        error = INTERRUPTED if end.status == "interrupted" and not self._error else None
        out = self._fail(error) if error else b""
        state = State(end.status, end.finish_reason, self._usage, self._error)
        if end.status == "complete":
            out += b"".join(map(self._tell, self._output.close(state.told)))
        self._head = replace(self._head, completed=self._head.completed or int(time()))
        last = 2 * self._place
        if self._after <= last or self._after % 2 == 0:
            kind = _LAST.get(state.told, "response.incomplete")
            number = max(last, self._after) | 1
            out += _frame(kind, number, {"response": self._response(state)})
        return out + DONE

    def _response(self, state: State) -> dict[str, Any]:
        return response(self._head, state, self._output)


def whole(head: Head, state: State, parts: Iterable[Part]) -> dict[str, Any]:
    """The response as it is now."""
    return response(head, state, _ended(head.message_id, state, parts))


def output_items(message_id: str, parts: Iterable[Part]) -> list[dict[str, Any]]:
    """What an ended response said, as items that the next one may be told."""
    return _ended(message_id, State("complete"), parts).items("completed")


def _ended(message_id: str, state: State, parts: Iterable[Part]) -> Output:
    output = Output(message_id)
    steps = [output.take(part) for part in parts]
    if state.status == "complete":
        steps.append(output.close(state.told))
    deque(chain.from_iterable(steps), maxlen=0)  # nobody is told of them
    return output


def _frame(kind: str, number: int, members: dict[str, Any]) -> bytes:
    told = {"type": kind, "sequence_number": number, **members}
    return sse.encode(sse.encode_json(told), event=kind)
