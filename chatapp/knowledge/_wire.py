"""What goes between a server and the process that reads files for it: frames over a socket.

A frame is its length, four bytes in network order, and a message in MessagePack, or a file.
"""

from __future__ import annotations

import struct
from socket import socket
from time import monotonic

import msgspec

from chatapp.errors import ChatappError

LENGTH = struct.Struct("!I")

BATCH = 200
"""Passages that go into one frame: decoding one must not hold up others for long."""

MEMORY = "This file takes too much memory to read."
DAMAGED = "This file is damaged, or made in a way that cannot be read."


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """A file to read; its bytes follow in a frame of their own, which nobody encodes."""

    name: str


class Begun(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """The file has arrived: from now on it is the file that ends the process, if it ends."""


class Text(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """What the file says; `passages` of them follow."""

    title: str
    media_type: str
    language: str
    text: str
    passages: int


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A passage, without its words, which are those of the text."""

    start: int
    end: int
    heading: str
    terms: str
    heading_terms: str


class Pieces(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Some of the passages, in their order."""

    pieces: list[Piece]


class Refused(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """No text; `words` are for a person, `detail` is for the log and quotes nothing."""

    words: str
    detail: str | None = None


Reply = Begun | Text | Pieces | Refused


class FrameTooLarge(ChatappError):
    """The other side sends more than it may."""


class Line:
    """One end of the connection. Until its `deadline`, in seconds of `time.monotonic`, it waits."""

    def __init__(self, end: socket) -> None:
        self.socket = end
        self.deadline: float | None = None

    def send(self, message: msgspec.Struct) -> None:
        """Sends a message as one frame. Raises `OSError`; `TimeoutError` past the deadline."""
        self.send_bytes(msgspec.msgpack.encode(message))

    def send_bytes(self, content: bytes) -> None:
        """Sends bytes as one frame. Raises what `send` raises."""
        for part in (LENGTH.pack(len(content)), content):
            self._wait_no_longer()
            self.socket.sendall(part)

    def receive(self, limit: int) -> bytearray:
        """The next frame. Raises `EOFError`, `FrameTooLarge`, and what `send` raises."""
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size))
        if length > limit:
            raise FrameTooLarge(f"A frame of {length:,} bytes, where {limit:,} are left.")
        return self._exactly(length)

    def _exactly(self, length: int) -> bytearray:
        received = bytearray(length)
        rest = memoryview(received)
        while rest:
            self._wait_no_longer()
            count = self.socket.recv_into(rest)
            if not count:
                raise EOFError
            rest = rest[count:]
        return received

    def _wait_no_longer(self) -> None:
        if self.deadline is not None:
            self.socket.settimeout(max(self.deadline - monotonic(), 0.001))
