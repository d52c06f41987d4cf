"""The database: where it is, and how its transactions run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, TimeoutError

from chatapp.models import sqlite

T = TypeVar("T")

CROWD = 10
"""How many of the fifteen connections for writing may be taken by what does not go ahead."""

PATIENCE = 30.0
"""Seconds to wait for one of them, as SQLAlchemy's pool does."""

_DEADLOCK = "40P01"
_ATTEMPTS = 3


class Reader(Protocol):
    """How one kind of database is read."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on one snapshot."""

    def dispose(self) -> None:
        """Closes all connections."""


class Writer(Protocol):
    """How one kind of database is written to."""

    engine: Engine

    def write(self, work: Callable[[Connection], T], brief: bool, ahead: bool) -> T:
        """Runs `work` in one transaction."""

    def dispose(self) -> None:
        """Closes all connections."""


class Database:
    """An engine for reading and the way to write.

    Both have connections of their own: a request that reads may come to write, and must not wait
    for a connection that another such request holds. `engine` must not have been used before.
    Nothing connects before the first transaction, so the value survives a fork.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        _prepare(engine)
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.writer: Writer = sqlite.Writer(engine) if self.is_sqlite else _Patient(engine)
        self._reader: Reader = sqlite.Reader(engine) if self.is_sqlite else _Pooled(engine)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on one snapshot."""
        return self._reader.read(work)

    def write(
        self, work: Callable[[Connection], T], *, brief: bool = False, ahead: bool = False
    ) -> T:
        """Runs `work` in one transaction; it must not wait for anything but the database, and may
        be run once more where others were writing, too.

        `brief` says that it takes a few milliseconds at most, however much is stored. What goes
        `ahead` does not wait for a connection behind a crowd. Raises what `work` raises (then
        nothing is written), SQLAlchemy's `DBAPIError` when the database is away, and its
        `TimeoutError` when the crowd is too large.
        """
        return self.writer.write(work, brief, ahead)

    def dispose(self) -> None:
        """Closes all connections, after what is being written; the next ones are opened anew."""
        self.writer.dispose()
        self._reader.dispose()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction for a migration, which may take its time.

        To change a table SQLite makes it anew. Dropping the old one then must not take along what
        refers to it, so foreign keys rest: https://sqlite.org/lang_altertable.html#otheralter
        """
        with self.writer.engine.connect() as connection:
            self._enforce_foreign_keys(connection, "OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                self._enforce_foreign_keys(connection, "ON")

    def _enforce_foreign_keys(self, connection: Connection, switch: str) -> None:
        """Says it to the driver itself: inside a transaction SQLite does not listen."""
        if self.is_sqlite and sqlite.driver_of(connection):
            sqlite.driver_of(connection).execute(f"PRAGMA foreign_keys={switch}")


class _Pooled:
    """Each reads on a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on one snapshot."""
        with self._engine.connect() as connection:
            return work(connection)

    def dispose(self) -> None:
        """Closes all connections."""
        self._engine.dispose()


class _Patient:
    """PostgreSQL's driver waits cooperatively, and many write at once."""

    def __init__(self, engine: Engine) -> None:  # the server may have been started anew
        self.engine = create_engine(engine.url, **options(engine.url))
        _prepare(self.engine)
        self._crowd = BoundedSemaphore(CROWD)

    def write(self, work: Callable[[Connection], T], brief: bool, ahead: bool) -> T:
        """Lets in a part of the crowd at a time, and whatever goes ahead."""
        if ahead:
            return self._transact_patiently(work)
        if not self._crowd.acquire(timeout=PATIENCE):
            raise TimeoutError(f"{CROWD} others have been writing for {PATIENCE} seconds")
        try:
            return self._transact_patiently(work)
        finally:
            self._crowd.release()

    def _transact_patiently(self, work: Callable[[Connection], T]) -> T:
        """PostgreSQL ends one of two transactions that wait for each other, to be run again:
        https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS"""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._transact(work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _DEADLOCK:
                    raise
        return self._transact(work)

    def dispose(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self.engine.begin() as connection:
            return work(connection)


def options(url: URL) -> dict[str, Any]:
    """How an engine is made. Logs hold no words of people. A server may have been started anew
    since a connection was used last; psycopg's are looked at by `postgresql`."""
    asks = url.get_driver_name() not in ("psycopg", "pysqlite")
    return {"hide_parameters": True, "pool_pre_ping": asks}


def _prepare(engine: Engine) -> None:
    if engine.driver == "psycopg":
        from chatapp.models import postgresql  # only here: so the driver is not loaded for SQLite

        postgresql.prepare(engine)


def is_gone(error: DBAPIError) -> bool:
    """Whether the database was away or busy, as against a statement that it refused."""
    return error.connection_invalidated or type(error).__name__ == "OperationalError"
