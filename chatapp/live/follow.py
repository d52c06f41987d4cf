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
        yield from _follow(answer, encoder, cursor)


def _follow(answer: LiveAnswer, encoder: Encoder, cursor: Cursor | None) -> Iterator[bytes]:
    if cursor is None:
        yield encoder.encode(answer.start, str(START), first=True)
        stream = _Stream(answer, encoder, START, first=False)
    else:
        stream = _Stream(answer, encoder, cursor, first=True)
        if not stream.has_news():
            yield encoder.heartbeat()  # the headers go out with the first bytes
    while True:
        if not stream.await_news():
            yield encoder.heartbeat()
            continue
        closed = answer.closing is not None  # looked at first: nothing is appended after it
        frames = stream.take()
        if frames:
            yield frames
        elif closed:
            yield stream.close()
            return


class _Stream:
    """One reader of an answer and what it writes."""

    __slots__ = ("_answer", "_encoder", "_first", "_reader")

    def __init__(
        self, answer: LiveAnswer, encoder: Encoder, cursor: Cursor, *, first: bool
    ) -> None:
        self._answer = answer
        self._encoder = encoder
        self._reader = Reader(answer.parts, cursor)
        self._first = first

    def has_news(self) -> bool:
        """Whether there is something to take, or the end to tell."""
        return self._answer.closing is not None or self._reader.has_news

    def await_news(self) -> bool:
        """Returns when there is news, or when the bell rang without any: then False."""
        if self.has_news():
            return True
        waiter = self._answer.bell.listen()
        if not self.has_news():
            waiter.wait()
        return self.has_news()

    def take(self) -> bytes:
        """The frames of all that is new."""
        news = self._reader.take()
        if not news:
            return b""
        whole = self._reader.whole
        if whole is None or self._first or self._encoder.key is None:
            return b"".join(self._encode(event, str(cursor)) for event, cursor in news)
        return self._shared(whole, *news[0])

    def _shared(self, index: int, event: Event, cursor: Cursor) -> bytes:
        """The frame of a whole append, which every reader of this format gets as it is.

        A piece of an append, which a reader that began in its middle gets, is never kept here.
        """
        key = self._encoder.key
        kept = self._answer.frames.get(key)
        if kept and kept[0] == index:
            return kept[1]
        frame = self._encoder.encode(event, str(cursor))
        self._answer.frames[key] = (index, frame)
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
        waiter = answer.bell.listen()
        if answer.closing is None and not len(answer.parts):
            waiter.wait()


def _wait_until(answer: LiveAnswer, come: Callable[[], bool]) -> None:
    with answer.being_read():
        while not come():
            waiter = answer.bell.listen()
            if not come():
                waiter.wait()
