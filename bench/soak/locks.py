"""Another process that writes to the database, and takes its time."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from time import sleep

from bench.soak.world import World

LONGEST = 1.0
"""Seconds for which the database is locked at most."""

BETWEEN = 20.0
"""Seconds from one lock to the next at most."""


async def lock_now_and_then(world: World) -> None:
    """Locks the database for short times, until it is cancelled."""
    random = Random(0)
    while True:
        await asyncio.sleep(random.uniform(0, BETWEEN))
        await asyncio.to_thread(_lock, world.database, random.uniform(0, LONGEST))
        world.ledger.note("locks of the database", "held", ("held",))


def _lock(database: Path, seconds: float) -> None:
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        sleep(seconds)
        connection.execute("ROLLBACK")
