"""Reads one streamed answer and says what is wrong with it: framing, order, words, ending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

Dialect: TypeAlias = Literal["native", "openai", "tutorial"]


class Flaw(Exception):
    """The answer is not what it must be; the text is the reason, short and countable."""


class _Native(msgspec.Struct):
    type: str
    content: str = ""
    code: str = ""
    status: str = ""
    finish_reason: str | None = None


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta
    finish_reason: str | None = None


class _Piece(msgspec.Struct):
    content: str


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    error: dict[str, object] | None = None


_decode_native = msgspec.json.Decoder(_Native).decode
_decode_piece = msgspec.json.Decoder(_Piece).decode
_decode_chunk = msgspec.json.Decoder(_Chunk).decode


@dataclass(frozen=True, slots=True)
class Ended:
    """The dialect's last event."""


Heard: TypeAlias = str | Ended


def hear_native(data: bytes) -> Heard:
    """What one typed event says: words (maybe none), or that the answer has ended."""
    event = _decode_native(data)
    if event.type == "content":
        return event.content
    if event.type == "error":
        raise Flaw(f"error {event.code}")
    if event.type != "end":
        return ""
    if (event.status, event.finish_reason) != ("complete", "stop"):
        raise Flaw(f"ended {event.status}, {event.finish_reason}")
    return Ended()


def hear_openai(data: bytes) -> Heard:
    """The same for a chunk of a Chat Completion."""
    if data == b"[DONE]":
        return Ended()
    chunk = _decode_chunk(data)
    if chunk.error is not None:
        raise Flaw("error")
    return "".join(choice.delta.content or "" for choice in chunk.choices)


def hear_tutorial(data: bytes) -> Heard:
    """The same for an event of `bench.tutorial`."""
    return Ended() if data == b"[DONE]" else _decode_piece(data).content


HEAR: dict[Dialect, Callable[[bytes], Heard]] = {
    "native": hear_native,
    "openai": hear_openai,
    "tutorial": hear_tutorial,
}


class Reader:
    """Fed with what comes off the socket, in any pieces; holds the answer against `expected`.

    `position` counts the characters that came, `ended` is set by the dialect's last event and
    `closed` by the end of the HTTP body, which must follow it.
    """

    __slots__ = ("_expected", "_frame", "_hear", "_in_body", "_rest", "closed", "ended", "position")

    def __init__(self, dialect: Dialect, expected: str) -> None:
        self._hear = HEAR[dialect]
        self._expected = expected
        self._rest = b""
        self._frame = b""
        self._in_body = False
        self.position = 0
        self.ended = False
        self.closed = False

    def feed(self, received: bytes) -> None:
        """Takes the next bytes. Raises `Flaw`."""
        if self._rest:
            received = self._rest + received
        self._rest = b""
        if self._in_body:
            self._take_chunks(received)
        else:
            self._take_head(received)

    def close(self) -> None:
        """The connection is closed. Raises `Flaw` unless the answer was whole."""
        if not self._in_body:
            raise Flaw("closed before the answer")
        if not self.closed:
            raise Flaw("cut")

    def _take_head(self, received: bytes) -> None:
        head, blank, body = received.partition(b"\r\n\r\n")
        if not blank:
            self._rest = received
            return
        status = head.split(b" ", 2)[1].decode()
        if status != "200":
            raise Flaw(f"status {status}")
        if b"transfer-encoding: chunked" not in head.lower():
            raise Flaw("not chunked")
        self._in_body = True
        self._take_chunks(body)

    def _take_chunks(self, received: bytes) -> None:
        at = 0
        while (line_end := received.find(b"\r\n", at)) >= 0:
            size = int(received[at:line_end], 16)
            begin = line_end + 2
            if len(received) < begin + size + 2:
                break
            at = begin + size + 2
            if size:
                self._take_payload(received[begin : begin + size])
            else:
                self._take_end()
        self._rest = received[at:]

    def _take_end(self) -> None:
        if not self.ended:
            raise Flaw("no end event")
        self.closed = True

    def _take_payload(self, payload: bytes) -> None:
        *frames, self._frame = (self._frame + payload).split(b"\n\n")
        for frame in frames:
            data = frame.find(b"data: ")
            if data >= 0:
                self._take(self._hear(frame[data + 6 :]))

    def _take(self, heard: Heard) -> None:
        if self.ended:
            raise Flaw("something followed the end")
        if isinstance(heard, Ended):
            self._end()
        elif not self._expected.startswith(heard, self.position):
            raise Flaw("words lost, doubled or out of order")
        else:
            self.position += len(heard)

    def _end(self) -> None:
        if self.position != len(self._expected):
            raise Flaw("ended too early")
        self.ended = True
