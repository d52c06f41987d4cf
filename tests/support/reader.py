"""A client that does not give up: it loses its line and comes back with its cursor."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Any

from chatapp.sse import Decoder, Message
from tests.support.door import Broken, Door, Reply, check

EVENT_STREAM = "text/event-stream"


@dataclass
class Reader:
    """One reader of one answer: `heard` is all that it was told, `end` how the answer ended.

    `cursor` is the `id:` that it heard last, `lines` counts how often it had to connect, and
    `moments` tells how much it had heard when, as (characters, monotonic seconds).
    """

    door: Door
    random: Random
    message_id: str = ""
    heard: str = ""
    cursor: str = ""
    end: dict[str, Any] | None = None
    ended_at: float = 0.0
    lines: int = 0
    moments: list[tuple[int, float]] = field(default_factory=list, repr=False)
    _writer: asyncio.StreamWriter | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """What it shows: at the end it takes back what is not in the answer."""
        return self.heard[: self.end["text_length"]] if self.end else self.heard

    async def ask(self, conversation_id: str, content: str, client_id: str) -> None:
        """Sends a question until it has an answer, and reads that to its end."""
        body = {"content": content, "client_id": client_id}
        await self.post(f"/api/conversations/{conversation_id}/messages", body)

    async def post(self, path: str, body: object) -> None:
        """Posts what is answered by a stream, until it is, and reads that to its end."""
        while not self.message_id:
            await self._try("POST", path, body)
        await self.follow()

    async def follow(self) -> None:
        """Reads on from where it is, to the end."""
        while self.end is None:
            await self._try("GET", f"/api/messages/{self.message_id}/stream")

    def drop(self) -> None:
        """Loses its line, at once."""
        if self._writer:
            self._writer.transport.abort()

    async def _try(self, method: str, path: str, body: object = None) -> None:
        headers = {"Accept": EVENT_STREAM}
        if self.cursor:
            headers["Last_Event_ID"] = self.cursor
        self.lines += 1
        try:
            async with self.door.ask(method, path, body, **headers) as (reply, self._writer):
                check(reply)
                await self._read(reply)
        except Broken:
            await asyncio.sleep(self.random.uniform(0.05, 0.5))
        finally:
            self._writer = None

    async def _read(self, reply: Reply) -> None:
        decoder = Decoder()
        async for piece in reply.body():
            for item in decoder.feed(piece):
                if isinstance(item, Message):
                    self._hear(item)

    def _hear(self, event: Message) -> None:
        assert self.end is None, "something follows the end"
        told = json.loads(event.data)
        self.cursor = event.id
        match event.event:
            case "start":
                self.message_id = told["message_id"]
            case "message":
                self.heard += told["content"]
                self.moments.append((len(self.heard), monotonic()))
            case "end":
                self.end, self.ended_at = told, monotonic()
