"""Following an answer: from a cursor to the end, as the bytes of some client format."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Protocol

from chatapp.events import End, Event
from chatapp.live.answer import LiveAnswer
from chatapp.parts import END, START, Cursor, Reader


class Encoder(Protocol):
    """What a client reads; `dialects` hold them.

    `key` names encoders whose frames are the same for every reader of an answer, so that a
    frame is made once; None for those that keep state of their own.
    """

    key: Hashable | None

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """One event with the cursor behind it; `first` for the first event of a stream."""

    def heartbeat(self) -> bytes:
        """Something that shows life and means nothing."""


def follow(answer: LiveAnswer, encoder: Encoder, cursor: Cursor | None = None) -> Iterator[bytes]:
    """Yields what lies behind the cursor, waits for what is still to come, and ends with `end`.

    A reader gets all that is new at once: a slow one gets fewer and larger events. Without a
    cursor the stream opens with `start`.
    """
    with answer.being_read():
        stream = _Stream(answer, encoder, cursor)
        if cursor is None:
            yield encoder.encode(answer.start, str(START), first=True)
        alive = cursor is None  # with a cursor, the headers go out with a sign of life
        while True:
            rang_at = answer.rang_at  # looked at first, like the closing: what is new later rings
            closed = answer.closing is not None
            frames = stream.take()
            if frames is not None:
                yield frames
            elif closed:
                yield stream.close()
                return
            elif not alive:
                yield encoder.heartbeat()
            alive = False
            if not closed:
                answer.wait(rang_at)


class _Stream:
    """One reader of an answer and what it writes."""

    __slots__ = ("_answer", "_encoder", "_first", "_reader", "_shares")

    def __init__(self, answer: LiveAnswer, encoder: Encoder, cursor: Cursor | None) -> None:
        self._answer = answer
        self._encoder = encoder
        self._shares = encoder.key is not None
        self._reader = Reader(answer.parts, cursor or START)
        self._first = cursor is not None

    def take(self) -> bytes | None:
        """The frames of all that is new; None where nothing is."""
        if self._shares and not self._first:
            index = self._reader.take_one()
            if index is not None:
                return self._shared(index)
        news = self._reader.take()
        if not news:
            return None
        return b"".join(self._encode(event, str(cursor)) for event, cursor in news)

    def _shared(self, index: int) -> bytes:
        """The frame of a whole append, which every reader of this format gets as it is.

        A piece of an append, which a reader that began in its middle gets, is never kept here.
        """
        answer, encoder = self._answer, self._encoder
        if answer.readers == 1:
            return encoder.encode(*answer.parts.at(index))
        kept = answer.frames.get(encoder.key)
        if kept and kept[0] == index:
            return kept[1]
        frame = encoder.encode(*answer.parts.at(index))
        answer.frames[encoder.key] = (index, frame)
        return frame

    def close(self) -> bytes:
        """How the answer ended. A reader that is ahead of it learns only that: it cuts back."""
        closing = self._answer.closing or ()
        if self._reader.ahead:
            closing = closing[-1:]
        here = str(self._answer.parts.end)
        return b"".join(
            self._encode(event, "end" if isinstance(event, End) else here) for event in closing
        )

    def _encode(self, event: Event, cursor: str) -> bytes:
        first, self._first = self._first, False
        return self._encoder.encode(event, cursor, first=first)


def has_read_all(cursor: Cursor | None, answer: LiveAnswer) -> bool:
    """Whether a reader has the `end` of an ended answer: there is nothing left to tell it."""
    return cursor == END and answer.closing is not None


def wait(answer: LiveAnswer) -> None:
    """Returns when the answer has ended."""
    _wait_until(answer, lambda: answer.closing is not None)


def wait_for_first(answer: LiveAnswer) -> None:
    """Returns when the answer has begun to say something, or has ended without."""
    _wait_until(answer, lambda: answer.closing is not None or len(answer.parts) > 0)


def wait_for_sign(answer: LiveAnswer) -> None:
    """The same, but no longer than until its readers are to be told that it lives."""
    with answer.being_read():
        rang_at = answer.rang_at
        if answer.closing is None and not len(answer.parts):
            answer.wait(rang_at)


def _wait_until(answer: LiveAnswer, come: Callable[[], bool]) -> None:
    with answer.being_read():
        rang_at = answer.rang_at
        while not come():
            answer.wait(rang_at)
            rang_at = answer.rang_at
