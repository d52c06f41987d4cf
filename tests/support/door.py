"""A way in: HTTP/1.1 spoken by hand, so that a body that breaks off is told from one that ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

BUSY = frozenset({429, 502, 503, 504})
"""Statuses after which the same is asked again."""

LINE_PATIENCE = 40.0
"""Seconds of silence after which a line is taken for dead; a server shows life more often."""


FORM = "application/x-www-form-urlencoded"


class Broken(Exception):
    """The line broke, or whoever answered was too busy: the same may be asked again."""


class Refused(Exception):
    """The answer is no, and would be no again."""


@dataclass
class Reply:
    """A response whose body is still to be read."""

    status: int
    headers: dict[str, str]
    reader: asyncio.StreamReader

    async def body(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises `Broken` where it breaks off."""
        if self.headers.get("transfer-encoding") != "chunked":
            yield await self.reader.readexactly(int(self.headers.get("content-length", "0")))
            return
        while size := int(await self._line(), 16):
            yield await asyncio.wait_for(self.reader.readexactly(size), LINE_PATIENCE)
            await self._line()

    async def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(b"".join([piece async for piece in self.body()]))

    async def _line(self) -> bytes:
        line = await asyncio.wait_for(self.reader.readuntil(b"\r\n"), LINE_PATIENCE)
        return line.strip()


@dataclass
class Door:
    """Where requests go, and as whom."""

    port: int
    headers: Mapping[str, str]

    @asynccontextmanager
    async def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> AsyncIterator[tuple[Reply, asyncio.StreamWriter]]:
        """Sends JSON, or a form as its bytes. Raises `Broken` for what goes wrong on the line."""
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
            writer.write(self.request(method, path, body, headers))
            yield await _reply(reader), writer
        except (OSError, asyncio.IncompleteReadError, TimeoutError, EOFError) as error:
            raise Broken(repr(error)) from error
        finally:
            if writer:
                writer.close()

    async def fetch(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of a reply, however often it must be asked for. Raises `Refused`."""
        pause = 0.05
        while True:
            try:
                async with self.ask(method, path, body) as (reply, _):
                    check(reply)
                    return await reply.json() if reply.status != 202 else None
            except Broken:
                await asyncio.sleep(pause)
                pause = min(1.0, 2 * pause)

    def request(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> bytes:
        """The bytes of a request with a JSON body, or with a form."""
        is_form = isinstance(body, bytes)
        payload = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        sent = {
            "Host": "127.0.0.1",
            "Connection": "close",
            "Content-Type": FORM if is_form else "application/json",
            "Content-Length": str(len(payload)),
            **self.headers,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
        return "\r\n".join([*lines, "", ""]).encode() + payload


async def _reply(reader: asyncio.StreamReader) -> Reply:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), LINE_PATIENCE)
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
    return Reply(int(first.split(" ")[1]), headers, reader)


def check(reply: Reply) -> None:
    """Raises `Broken` or `Refused` where the answer is not yes."""
    if reply.status in BUSY:
        raise Broken(f"status {reply.status}")
    if reply.status >= 400:
        raise Refused(f"status {reply.status}")
