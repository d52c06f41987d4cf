"""Server-Sent Events, as WHATWG HTML 9.2 defines them: encode and decode.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import re
from typing import TypeAlias

import msgspec

from chatapp.errors import EventTooLarge

EVENT_LIMIT = 8 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_ONE_LINE = re.compile(rb"data: ([^\r\n]+)\n\n")  # how most servers send each word
_LINE_END = re.compile(rb"\r\n|\n|\r")
_DIGITS = re.compile(r"[0-9]{1,18}")
_encode_json = msgspec.json.Encoder().encode


def encode_json(value: object) -> bytes:
    """Compact UTF-8 JSON of one line; U+2028/2029 are escaped, as some line readers break there."""
    text = _encode_json(value)
    if b"\xe2\x80" in text:
        text = text.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    return text


def encode(data: bytes, *, event: str = "", id: str = "", retry: int | None = None) -> bytes:
    """One block, LF only: `event`, `id`, `retry` and `data` (which must be one line)."""
    head = f"event: {event}\n" if event else ""
    if id:
        head += f"id: {id}\n"
    if retry is not None:
        head += f"retry: {retry}\n"
    return b"%bdata: %b\n\n" % (head.encode(), data)


def encode_comment(words: str = "keep-alive") -> bytes:
    """A comment, which readers skip and proxies count as traffic."""
    return f": {words}\n\n".encode()


class Message(msgspec.Struct, frozen=True):
    """One dispatched event. `id` is the last event id, which persists between events."""

    event: str
    data: str
    id: str


class Comment(msgspec.Struct, frozen=True):
    """A line that starts with a colon: it shows that the sender lives."""


class UnknownField(msgspec.Struct, frozen=True):
    """A field that the standard ignores. Some model servers report an error in one."""

    name: str
    value: str


Item: TypeAlias = Message | Comment | UnknownField


class Decoder:
    """Turns bytes, cut anywhere, into events; the cost is linear in the bytes.

    `feed` returns what became complete: messages, and comments and unknown fields among them.
    At the end of the stream nothing is to be done: an event without its blank line is lost, as
    the standard says. Raises `EventTooLarge` when one event, or one line, grows over `limit`
    bytes.
    """

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        self.limit = limit
        self.retry: int | None = None
        self.last_event_id = ""
        self._pieces: list[bytes] = []  # of a line whose end has not come yet
        self._pieces_size = 0
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self._size = 0  # bytes of the event so far
        self._at_start = True
        self._skip_lf = False
        self._between = False  # nothing of an event has come yet, and the stream has begun

    def feed(self, chunk: bytes) -> list[Item]:
        """What the chunk completes, in order."""
        if self._between and (found := _ONE_LINE.fullmatch(chunk)) and len(chunk) <= self.limit:
            return [Message("message", found[1].decode("utf-8", "replace"), self._id)]
        out: list[Item] = []
        if self._at_start or self._skip_lf:
            chunk = self._trim(chunk)
        if b"\r" in chunk:
            self._skip_lf = chunk[-1] == 0x0D
            lines = _LINE_END.split(chunk)
        else:
            lines = chunk.split(b"\n")
        rest = lines.pop()
        for line in lines:
            if self._pieces:
                line = self._join(line)
            if line:
                self._take(line, out)
            else:
                self._dispatch(out)
        if rest:
            self._keep(rest)
        self._between = not (self._pieces or self._size or self._skip_lf)
        return out

    def _trim(self, chunk: bytes) -> bytes:
        """Drops the byte order mark of the stream, and a LF whose CR ended the last chunk."""
        if self._at_start:
            head = b"".join(self._pieces) + chunk
            self._pieces.clear()
            self._pieces_size = 0
            if len(head) < len(_BOM) and _BOM.startswith(head):
                self._keep(head)
                return b""
            self._at_start = False
            return head.removeprefix(_BOM)
        if chunk:
            self._skip_lf = False
        return chunk.removeprefix(b"\n")

    def _keep(self, rest: bytes) -> None:
        self._pieces.append(rest)
        self._pieces_size += len(rest)
        if self._size + self._pieces_size > self.limit:
            raise EventTooLarge(self.limit)

    def _join(self, end: bytes) -> bytes:
        self._pieces.append(end)
        line = b"".join(self._pieces)
        self._pieces.clear()
        self._pieces_size = 0
        return line

    def _take(self, line: bytes, out: list[Item]) -> None:
        if line[0] == 0x3A:  # a colon
            out.append(Comment())
            return
        self._size += len(line)
        if self._size > self.limit:
            raise EventTooLarge(self.limit)
        if line.startswith(b"data: "):
            self._data.append(line[6:].decode("utf-8", "replace"))
        else:
            self._take_field(line.decode("utf-8", "replace"), out)

    def _take_field(self, line: str, out: list[Item]) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._event = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if _DIGITS.fullmatch(value):
                self.retry = int(value)
            case "id" | "retry":
                pass
            case _:
                out.append(UnknownField(name, value))

    def _dispatch(self, out: list[Item]) -> None:
        self.last_event_id = self._id
        if self._data:
            data = self._data[0] if len(self._data) == 1 else "\n".join(self._data)
            out.append(Message(self._event or "message", data, self._id))
            self._data.clear()
        self._event = ""
        self._size = 0
