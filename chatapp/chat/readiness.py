"""Whether this process can serve, part by part.

The model's server is no part of it: where that is down, everything else is as useful as before.
"""

from __future__ import annotations

import logging
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from chatapp.chat.probe import OK, Parts, Probe
from chatapp.live.engine import Engine
from chatapp.live.relay import Relay, RelayUnavailable
from chatapp.models import Database, revisions

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that all parts together have to answer."""

UPGRADE = "Run `flask --app wsgi db upgrade`."


class Readiness:
    """Asks the parts of a process. Words are fit for everybody; reasons go to the log."""

    def __init__(self, database: Database, engine: Engine, relay: Relay | None) -> None:
        self._engine = engine
        self._probes = [Probe("database", lambda: _check_database(database))]
        if relay:
            self._probes.append(Probe("redis", lambda: _check_relay(relay)))

    def parts(self) -> Parts:
        """Every part that could be asked."""
        until = monotonic() + PATIENCE
        parts = {"process": "is about to end" if self._engine.draining else OK}
        for probe, asked in [(probe, probe.ask()) for probe in self._probes]:
            try:
                parts |= asked.result(timeout=max(0.0, until - monotonic()))
            except TimeoutError:
                parts[probe.name] = "does not answer"
        return parts


def tables_are(revision: int) -> str:
    """What to say of tables at a revision. Newer ones are well: others upgrade before we do."""
    if revision == 0:
        return f"There are no tables yet. {UPGRADE}"
    if revision < revisions.newest():
        return f"The tables are at revision {revision} of {revisions.newest()}. {UPGRADE}"
    return OK


def _check_database(database: Database) -> Parts:
    try:
        revision = database.read(revisions.stored)
    except SQLAlchemyError as error:
        log.warning("the database is away: %s", error.__cause__ or error)
        return {"database": "cannot be reached"}
    return {"database": OK, "tables": tables_are(revision)}


def _check_relay(relay: Relay) -> Parts:
    try:
        relay.ping()
    except RelayUnavailable as error:
        log.warning("Redis is away: %s", error)
        return {"redis": "cannot be reached"}
    return {"redis": OK}
