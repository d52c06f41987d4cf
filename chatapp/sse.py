"""Server-Sent Events, as WHATWG HTML 9.2 defines them: encode and decode.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from chatapp.errors import EventTooLarge

EVENT_LIMIT = 8 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
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


@dataclass(frozen=True, slots=True)
class Message:
    """One dispatched event. `id` is the last event id, which persists between events."""

    event: str
    data: str
    id: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that starts with a colon: it shows that the sender lives."""


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A field that the standard ignores. Some model servers report an error in one."""

    name: str
    value: str


class Decoder:
    """Turns bytes, cut anywhere, into events; the cost is linear in the bytes.

    `feed` returns what became complete: messages, and comments and unknown fields among them.
    At the end of the stream nothing is to be done: an event without its blank line is lost, as
    the standard says; `close` gives it to readers of servers that forget that line.
    Raises `EventTooLarge` when one event, or one line, grows over `limit` bytes.
    """

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        self.limit = limit
        self.retry: int | None = None
        self._line: list[bytes] = []
        self._held = 0
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self._at_start = True
        self._skip_lf = False

    @property
    def last_event_id(self) -> str:
        """The id that a reconnecting client would send."""
        return self._id

    def feed(self, chunk: bytes) -> list[Message | Comment | UnknownField]:
        """What the chunk completes, in order."""
        out: list[Message | Comment | UnknownField] = []
        if self._at_start:
            chunk = self._strip_bom(chunk)
        if self._skip_lf and chunk:
            self._skip_lf = False
            if chunk[0] == 0x0A:
                chunk = chunk[1:]
        if not chunk:
            return out
        if b"\r" in chunk:
            self._skip_lf = chunk[-1] == 0x0D
            lines = _LINE_END.split(chunk)
        else:
            lines = chunk.split(b"\n")
        rest = lines.pop()
        for line in lines:
            self._take_line(line, out)
        if rest:
            self._line.append(rest)
            self._hold(len(rest))
        return out

    def close(self) -> list[Message | Comment | UnknownField]:
        """The event whose blank line never came, which the standard would discard."""
        out: list[Message | Comment | UnknownField] = []
        if self._line:
            self._take_line(b"", out)
        self._dispatch(out)
        return out

    def _strip_bom(self, chunk: bytes) -> bytes:
        head = b"".join(self._line) + chunk
        self._line.clear()
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._line.append(head)
            return b""
        self._at_start = False
        return head.removeprefix(_BOM)

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > self.limit:
            raise EventTooLarge(self.limit)

    def _take_line(self, line: bytes, out: list[Message | Comment | UnknownField]) -> None:
        if self._line:
            self._held -= sum(map(len, self._line))
            self._line.append(line)
            line = b"".join(self._line)
            self._line.clear()
        if not line:
            self._dispatch(out)
        elif line.startswith(b"data: "):
            self._hold(len(line))
            self._data.append(line[6:].decode("utf-8", "replace"))
        elif line.startswith(b":"):
            out.append(Comment())
        else:
            self._hold(len(line))
            self._take_field(line.decode("utf-8", "replace"), out)

    def _take_field(self, line: str, out: list[Message | Comment | UnknownField]) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._event = value
            case "id":
                self._id = self._id if "\0" in value else value
            case "retry":
                self.retry = int(value) if value.isascii() and value.isdigit() else self.retry
            case _:
                out.append(UnknownField(name, value))

    def _dispatch(self, out: list[Message | Comment | UnknownField]) -> None:
        if self._data:
            out.append(Message(self._event or "message", "\n".join(self._data), self._id))
            self._data = []
        self._event = ""
        self._held = 0
