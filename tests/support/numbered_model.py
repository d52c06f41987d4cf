"""A model's server that says numbered words, and keeps a log of what it said to whom."""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_left
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, Self, TypeVar

from tests.support.numbered import Script
from tests.support.processes import free_port

T = TypeVar("T")

MODEL = "numbered"
PATIENCE = 20.0
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nConnection: close\r\n"
_STREAM = _HEAD % b"text/event-stream" + b"Transfer-Encoding: chunked\r\n\r\n"


class Outcome(Enum):
    """How a call to the model ended."""

    SAID = "said all"
    LEFT = "the client closed"
    CUT = "the model was cut off"


@dataclass
class Call:
    """One call: what was said, in order, and how it ended.

    `begun` is what an answer goes on from that broke off. `moments` tells how much had been said
    when, as (characters, monotonic seconds).
    """

    script: Script
    begun: str = ""
    said: list[str] = field(default_factory=list, repr=False)
    moments: list[tuple[int, float]] = field(default_factory=list, repr=False)
    outcome: Outcome | None = None
    ended_at: float = 0.0
    ended: Event = field(default_factory=Event)

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self.said)

    def say(self, piece: str) -> None:
        """Notes what is said now."""
        before = self.moments[-1][0] if self.moments else 0
        self.said.append(piece)
        self.moments.append((before + len(piece), monotonic()))

    def moment(self, length: int) -> float:
        """When so many characters had been said."""
        return self.moments[bisect_left(self.moments, (length, 0.0))][1]

    def end(self, outcome: Outcome) -> None:
        """Notes how it ended."""
        self.outcome, self.ended_at = outcome, monotonic()
        self.ended.set()


class NumberedModel:
    """Speaks Chat Completions; a context manager that runs in a thread of its own."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._writers: dict[int, tuple[Call, asyncio.StreamWriter]] = {}
        self._thread = Thread(target=self._loop.run_forever)

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL would be."""
        return f"http://127.0.0.1:{self.port}/v1"

    def calls_for(self, name: str) -> list[Call]:
        """The calls that one answer took."""
        return [call for call in tuple(self.calls) if call.script.name == name]

    def wait_for_call(self, name: str) -> Call:
        """The first call for an answer, once it has come. Fails where it does not."""
        until = monotonic() + PATIENCE
        while not (calls := self.calls_for(name)):
            assert monotonic() < until, f"the model was not asked for {name}"
            sleep(0.01)
        return calls[0]

    def cut(self, chosen: Callable[[], bool] = lambda: True) -> None:
        """Breaks off what is being said, as far as it is chosen."""
        self._run(self._cut(chosen))

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _listen(self) -> asyncio.Server:
        for _ in range(5):
            try:
                return await asyncio.start_server(self._serve, "127.0.0.1", free_port())
            except OSError:
                continue
        raise OSError("no free port")

    async def _stop(self) -> None:
        self._server.close()
        await self._cut(lambda: True)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _cut(self, chosen: Callable[[], bool]) -> None:
        for call, writer in tuple(self._writers.values()):
            if call.outcome is None and chosen():
                call.end(Outcome.CUT)
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
            body = await reader.readexactly(int(length)) if length else b""
            if head.startswith("POST"):
                await self._answer(json.loads(body), reader, writer)
            else:
                writer.write(_models())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked has left
        finally:
            writer.close()

    async def _answer(
        self, asked: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        call = Call(*_wanted([turn["content"] for turn in asked["messages"]]))
        self.calls.append(call)
        self._writers[id(call)] = call, writer
        left = asyncio.ensure_future(reader.read(1))
        try:
            await self._speak(call, left, writer)
        finally:
            del self._writers[id(call)]
            left.cancel()
            if call.outcome is None:
                call.end(Outcome.LEFT)

    async def _speak(
        self, call: Call, left: asyncio.Future[bytes], writer: asyncio.StreamWriter
    ) -> None:
        writer.write(_STREAM)
        pause = call.script.first
        for piece in call.script.pieces(call.begun):
            await asyncio.wait([left], timeout=pause)
            if left.done() or call.outcome:
                return
            pause = call.script.pace
            call.say(piece)
            writer.write(_chunk({"content": piece}))
            await writer.drain()
        writer.write(_chunk({}, "stop") + _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()
        call.end(Outcome.SAID)


def _wanted(turns: list[str]) -> tuple[Script, str]:
    """What is asked for: a script, or the rest of one that broke off."""
    try:
        return Script.of(turns[-1]), ""
    except ValueError:
        question, begun, _ = turns[-3:]
        return Script.of(question), begun


def _models() -> bytes:
    listed = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()
    return _HEAD % b"application/json" + b"Content-Length: %d\r\n\r\n%b" % (len(listed), listed)


def _chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    event = {"id": "c", "object": "chat.completion.chunk", "choices": [choice]}
    return _framed(b"data: " + json.dumps(event).encode() + b"\n\n")


def _framed(payload: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(payload), payload)
