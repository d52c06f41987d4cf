"""Asking a site for numbered words."""

from __future__ import annotations

import asyncio
import secrets
from random import Random
from typing import Any

from tests.support.door import Door
from tests.support.numbered import Script
from tests.support.reader import Reader


def some_name() -> str:
    """The name of an answer that nobody else has."""
    return f"a{secrets.token_hex(4)}"


def reader(door: Door, message_id: str = "", **known: Any) -> Reader:
    """One that reads through this door."""
    return Reader(door, Random(1), message_id, **known)


async def conversation(door: Door, **fields: object) -> str:
    """A new conversation; its id."""
    made = await door.fetch("POST", "/api/conversations", fields)
    return str(made["id"])


async def begin(door: Door, script: Script) -> tuple[Reader, asyncio.Task[None]]:
    """Asks, and reads along; gives the reader once it knows its answer."""
    asker = reader(door)
    task = asyncio.create_task(asker.ask(await conversation(door), script.question, script.name))
    await until_it_is_known(asker, task)
    return asker, task


async def until_it_is_known(asker: Reader, task: asyncio.Task[None]) -> None:
    """Returns once one that asks knows its answer. Raises what the asking raises."""
    while not asker.message_id:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()


async def until_it_heard(listener: Reader, characters: int) -> None:
    """Returns once a reader has heard so much, or the end."""
    while len(listener.heard) < characters and listener.end is None:
        await asyncio.sleep(0.005)


async def stop(door: Door, message_id: str) -> None:
    """Stops an answer."""
    await door.fetch("POST", f"/api/messages/{message_id}/stop")


async def stored(door: Door, message_id: str) -> dict[str, Any]:
    """A message as the API shows it."""
    shown: dict[str, Any] = await door.fetch("GET", f"/api/messages/{message_id}")
    return shown
