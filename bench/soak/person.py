"""Somebody who asks questions, and reads the answers."""

from __future__ import annotations

from random import Random
from uuid import uuid4

from bench.reader import Dialect
from bench.script import WORD_LENGTH, Behaviour, text
from bench.soak.line import WHOLE, Clock, Follower, Line
from bench.soak.world import World
from tests.support.door import Door, check
from tests.support.reader import EVENT_STREAM

TURNS = 5
"""Questions of a conversation."""


class Person:
    """One of them. What a person does is drawn by `random`."""

    def __init__(self, world: World, door: Door, random: Random) -> None:
        self.world = world
        self.door = door
        self.random = random
        self._conversation = ""
        self._turns = 0

    def behaviour(self) -> Behaviour:
        """How a model answers that does not fail."""
        return self.random.choice(self.world.models)

    def somewhere(self, behaviour: Behaviour) -> int:
        """A number of characters in the middle of an answer."""
        return self.random.randint(1, behaviour.deltas - 1) * WORD_LENGTH

    async def ask(self, behaviour: Behaviour, model: str = "", *, slow: bool = False) -> Line:
        """Sends a question to the usual model, or to another; the line reads along."""
        body = {"content": "hi", "client_id": uuid4().hex, "model": model or behaviour.model}
        path = f"/api/conversations/{await self._conversation_id()}/messages"
        request = self.door.request("POST", path, body, {"Accept": EVENT_STREAM})
        return await self._open(request, "native", text(behaviour.deltas), slow=slow)

    async def complete(self, behaviour: Behaviour, model: str = "") -> Line:
        """The same as programs do it, by Chat Completions."""
        messages = [{"role": "user", "content": "hi"}]
        body = {"model": model or behaviour.model, "stream": True, "messages": messages}
        request = self.door.request("POST", "/v1/chat/completions", body, {})
        return await self._open(request, "openai", text(behaviour.deltas))

    async def come_back(self, line: Line, behaviour: Behaviour) -> Line:
        """Reads on where a line was left, as an `EventSource` does."""
        headers = {"Accept": EVENT_STREAM, "Last-Event-ID": line.reader.cursor}
        path = f"/api/messages/{line.reader.message_id}/stream"
        request = self.door.request("GET", path, None, headers)
        expected = text(behaviour.deltas)[line.reader.position :]
        rest = await self._open(request, "native", expected, timed=False)
        rest.reader.message_id = line.reader.message_id
        return rest

    async def finish(self, act: str, line: Line, behaviour: Behaviour, *allowed: str) -> None:
        """Reads a question's answer to its end, and notes what came of it."""
        outcome = await line.finish()
        self.note(act, line, outcome, behaviour, *allowed)

    def note(self, act: str, line: Line, outcome: str, behaviour: Behaviour, *allowed: str) -> None:
        """Notes an outcome, which is to be whole unless something else is allowed."""
        self.world.ledger.note(act, outcome, allowed or (WHOLE,))
        if line.reader.message_id:
            heard = line.reader.position
            self.world.ledger.keep(line.reader.message_id, outcome, behaviour.deltas, heard)

    async def _open(
        self,
        request: bytes,
        dialect: Dialect,
        expected: str,
        *,
        slow: bool = False,
        timed: bool = True,
    ) -> Line:
        clock: Clock | None = self.world.clock if timed and not slow else None
        line = Line(request, Follower(dialect, expected), clock)
        self.world.lines += 1
        line.outcome.add_done_callback(self._hang_up)
        await line.open(self.world.port, slow=slow)
        return line

    def _hang_up(self, _: object) -> None:
        self.world.lines -= 1

    async def _conversation_id(self) -> str:
        """Of the conversation of this turn; a new one now and then."""
        if self._turns % TURNS == 0:
            async with self.door.ask("POST", "/api/conversations", {}) as (reply, _):
                check(reply)
                self._conversation = (await reply.json())["id"]
        self._turns += 1
        return self._conversation
