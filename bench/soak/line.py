"""One request that a stream answers: timed, checked word by word, and left when told so."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from time import monotonic
from typing import TypeAlias

import msgspec

from bench.reader import Dialect, Flaw, Reader
from bench.soak.times import Window

Clock: TypeAlias = Callable[[], Window]

WHOLE = "whole"
LEFT = "left"
PATIENCE = 60.0
"""Seconds after which an answer is given up."""

_SLOW_BUFFER = 4096
_MESSAGE_ID = re.compile(rb'"message_id":"([^"]+)"')
_CURSOR = re.compile(rb"^id: (.*)$", re.MULTILINE)


class Follower(Reader):
    """Knows its answer's id, and the cursor to come back with."""

    __slots__ = ("_last", "message_id")

    def __init__(self, dialect: Dialect, expected: str) -> None:
        super().__init__(dialect, expected)
        self.message_id = ""
        self._last = b""

    @property
    def cursor(self) -> str:
        """The last `id:` that came."""
        cursors: list[bytes] = _CURSOR.findall(self._last)
        return cursors[-1].decode()

    def _take_payload(self, payload: bytes) -> None:
        if b"id: " in payload:
            self._last = payload
        if not self.message_id and (found := _MESSAGE_ID.search(payload)):
            self.message_id = found[1].decode()
        super()._take_payload(payload)


class Line(asyncio.Protocol):
    """The connection; `outcome` becomes `WHOLE`, `LEFT`, or what is wrong with the answer.

    `window` gives where times are counted just now; without it they are not.
    """

    def __init__(self, request: bytes, reader: Follower, window: Clock | None = None) -> None:
        self.reader = reader
        self.outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._request = request
        self._window = window
        self._last = monotonic()
        self._wanted = 0
        self._heard = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    async def open(self, port: int, *, slow: bool = False) -> None:
        """Connects and asks. A slow one's system takes little of what it does not read."""
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        sock.setblocking(False)
        if slow:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER)
        try:
            await loop.sock_connect(sock, ("127.0.0.1", port))
            await loop.create_connection(lambda: self, sock=sock)
        except OSError as error:
            sock.close()
            self._end(type(error).__name__)

    async def finish(self) -> str:
        """The outcome, once it is there."""
        try:
            return await asyncio.wait_for(asyncio.shield(self.outcome), PATIENCE)
        except TimeoutError:
            self._end("timeout")
            return self.outcome.result()

    async def hear(self, characters: int) -> bool:
        """Waits for so much of the answer, at least its head; False where it ended before."""
        self._wanted = characters
        self._heard.clear()
        self._tell()
        try:
            await asyncio.wait_for(self._heard.wait(), PATIENCE)
        except TimeoutError:
            self._end("timeout")
        return not self.outcome.done()

    def leave(self) -> None:
        """Loses the connection, at once."""
        self._end(LEFT)

    def pause(self) -> None:
        """Reads no more, for a while."""
        if self._transport and not self.outcome.done():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Reads on."""
        if self._transport and not self.outcome.done():
            self._transport.resume_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Takes what came."""
        before = self.reader.position
        try:
            self.reader.feed(data)
        except Flaw as flaw:
            self._end(str(flaw))
        except (ValueError, msgspec.DecodeError):
            self._end("unreadable")
        if self.reader.position > before:
            self._time(first=not before)
        if self.reader.closed:
            self._end(WHOLE)
        self._tell()

    def connection_lost(self, error: Exception | None) -> None:
        """Says what is wrong, unless all is well."""
        try:
            self.reader.close()
        except Flaw as flaw:
            self._end(str(flaw))

    def _time(self, *, first: bool) -> None:
        now = monotonic()
        if self._window:
            window = self._window()
            (window.first if first else window.gap).add(now - self._last)
        self._last = now

    def _tell(self) -> None:
        there = self.reader.message_id and self.reader.position >= self._wanted
        if there or self.outcome.done():
            self._heard.set()

    def _end(self, outcome: str) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)
        self._heard.set()
        if self._transport:
            self._transport.abort()
