"""Ending an app of a test in good order."""

from __future__ import annotations

from time import monotonic, sleep

from flask import Flask
from sqlalchemy.pool import QueuePool

from chatapp.chat.services import Services
from chatapp.models import Database

PATIENCE = 5.0
_POLL_SECONDS = 0.005


def end(app: Flask) -> None:
    """Seals what runs, and closes the connections once nobody uses one: a tick may do so still,
    and a pool that was closed would never close what comes back to it."""
    made: Services = app.extensions["chatapp"]
    for engine in made.engines:
        engine.interrupt()
    made.feed.end()
    made.ingest.end()
    until = monotonic() + PATIENCE
    while _in_use(made.database) and monotonic() < until:
        sleep(_POLL_SECONDS)
    made.database.dispose()


def _in_use(database: Database) -> int:
    pools = (database.engine.pool, database.writer.engine.pool)
    return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))
