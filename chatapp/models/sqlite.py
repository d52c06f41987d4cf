"""Reading and writing SQLite under greenlets, none of which may wait for a lock of another.

In WAL mode readers and the one writer never wait for each other. A writing transaction begins
with `BEGIN IMMEDIATE`: a read snapshot cannot be upgraded, it fails at once
(https://sqlite.org/lang_transaction.html).
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from chatapp import greenlets
from chatapp.models.prepared import translated

T = TypeVar("T")

log = logging.getLogger(__name__)

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
)
_AT_ONCE = (
    "PRAGMA busy_timeout=0",
    "PRAGMA wal_autocheckpoint=0",  # it waits for the disk: `_fold` does it, in the thread
)
_FOLD_AFTER = 100
"""Transactions: about the thousand pages after which SQLite would fold its log by itself."""


class Reader:
    """The way to read a database of SQLite.

    Nothing yields while SQLite reads, so that greenlets share one connection that stays open:
    taking one from a pool and giving it back costs more than most of what is read.
    """

    def __init__(self, engine: Engine) -> None:
        prepare(engine)
        self._engine = engine
        self._shared: Connection | None = None
        self._in_use = False

    def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on one snapshot."""
        if self._in_use or not greenlets.in_use():
            with self._engine.connect() as connection:
                return work(connection)
        self._in_use = True
        try:
            return self._read(work)
        finally:
            self._in_use = False

    def dispose(self) -> None:
        """Closes the connections; the next ones are opened anew."""
        if self._shared:
            self._shared.close()
            self._shared = None
        self._engine.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        if self._shared is None:
            self._shared = self._engine.connect()
        try:
            return work(self._shared)
        finally:
            self._shared.rollback()


class Writer:
    """The way to write to a database of SQLite.

    Greenlets must not wait for a lock that another process holds. So a brief transaction is done
    at once where the lock is free; any other runs in a thread, where it may wait. The thread is
    not for all, as it and the greenlets take the interpreter from each other at each statement.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = _connected(engine)
        self._eager = _connected(engine, _AT_ONCE)
        self._eager_connection: Connection | None = None
        self._eager_in_use = False
        self._unfolded = 0
        self._lock = Lock()
        self._pool: Any = None

    def write(self, work: Callable[[Connection], T], brief: bool, ahead: bool = False) -> T:
        """Runs `work` in one transaction. Nothing goes ahead: it has one connection anyway."""
        if not greenlets.in_use():
            with self._lock:
                return self._transact(work)
        if brief and not self._eager_in_use:
            try:
                return self._at_once(work)
            except OperationalError as refused:
                if not _is_locked(refused):
                    raise
        value, error = self._apart(work)
        if error:
            raise error
        return value  # type: ignore[return-value]  # no error, so there is a value

    def dispose(self) -> None:
        """Closes the connections, after what is being written; the next ones are opened anew."""
        with self._lock:
            self.engine.dispose()
            self._let_go()
            self._eager.dispose()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self.engine.begin() as connection:
            return work(connection)

    def _at_once(self, work: Callable[[Connection], T]) -> T:
        """Raises `OperationalError` where another writes just now; then nothing is written."""
        self._eager_in_use = True
        if self._eager_connection is None:
            self._eager_connection = self._eager.connect()
        try:
            with self._eager_connection.begin():
                return work(self._eager_connection)
        except BaseException:
            self._let_go()
            raise
        finally:
            self._eager_in_use = False
            self._unfolded += 1
            if self._unfolded >= _FOLD_AFTER:
                self._unfolded = 0
                self._thread().spawn(self._fold)

    def _let_go(self) -> None:
        """Keeps no connection that may have been lost; the driver's own stays open."""
        if self._eager_connection:
            self._eager_connection.close()
            self._eager_connection = None

    def _fold(self) -> None:
        """Moves the log into the database: https://sqlite.org/wal.html#checkpointing"""
        try:
            with self.engine.connect() as connection:
                driver_of(connection).execute("PRAGMA wal_checkpoint(PASSIVE)")
        except DBAPIError:
            log.exception("the database's log is not folded into it; it is tried again")

    def _apart(self, work: Callable[[Connection], T]) -> tuple[T | None, Exception | None]:
        """Runs `work` in the thread. gevent prints what is raised there: so nothing is."""

        def outcome() -> tuple[T | None, Exception | None]:
            try:
                return self._transact(work), None
            except Exception as error:
                return None, error

        return self._thread().apply(outcome)  # type: ignore[no-any-return]

    def _thread(self) -> Any:
        if self._pool is None:
            from gevent.threadpool import ThreadPool

            self._pool = ThreadPool(1)
        return self._pool


def prepare(engine: Engine, begin: str = "BEGIN", pragmas: tuple[str, ...] = ()) -> None:
    """Makes every connection of the engine one of ours; `begin` opens its transactions."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        for pragma in (*_PRAGMAS, *pragmas):
            connection.execute(pragma)
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        try:
            driver_of(connection).execute(begin)
        except sqlite3.Error as error:
            raise translated(connection, begin, error) from error


def driver_of(connection: Connection) -> Any:
    """The driver's own connection: what is said to it costs no more than it does."""
    return connection.connection.driver_connection


def _connected(engine: Engine, pragmas: tuple[str, ...] = ()) -> Engine:
    """An engine with one connection, to the same file."""
    made = create_engine(engine.url, hide_parameters=True, poolclass=StaticPool)
    prepare(made, "BEGIN IMMEDIATE", pragmas)
    return made


def _is_locked(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def _lower(text: object) -> object:
    """SQLite's own `lower` knows the letters of ASCII only, and searching goes by it."""
    return text.lower() if isinstance(text, str) else text
