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
_BEGIN_WRITING = "BEGIN IMMEDIATE"
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
        self._shared = _Kept(engine, "BEGIN")

    def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on one snapshot."""
        if self._shared.in_use or not greenlets.in_use():
            with self._engine.connect() as connection:
                return work(connection)
        return self._shared.transact(work, keep=False)

    def dispose(self) -> None:
        """Closes the connections; the next ones are opened anew."""
        self._shared.let_go()
        self._engine.dispose()


class _Kept:
    """A connection that stays open, for one transaction after the other.

    SQLAlchemy sees but one, which never ends: beginning and ending them is said to the driver.
    By SQLAlchemy it takes longer than most of what is done in between.
    """

    def __init__(self, engine: Engine, begin: str) -> None:
        self.in_use = False
        self._engine = engine
        self._begin = begin
        self._connection: Connection | None = None
        self._driver: Any = None

    def transact(self, work: Callable[[Connection], T], *, keep: bool) -> T:
        """Runs `work` in a transaction, and keeps what it wrote or drops it."""
        self.in_use = True
        try:
            connection = self._connection
            if connection is None:
                connection = self._open()
            else:
                _say(connection, self._driver, self._begin)
            value = work(connection)
            _say(connection, self._driver, "COMMIT" if keep else "ROLLBACK")
            return value
        except BaseException:
            self.let_go()
            raise
        finally:
            self.in_use = False

    def let_go(self) -> None:
        """Gives the connection back, which may have been lost, without what was not committed."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _open(self) -> Connection:
        self._connection = self._engine.connect()
        self._driver = driver_of(self._connection)
        self._connection.begin()
        return self._connection


class Writer:
    """The way to write to a database of SQLite.

    Greenlets must not wait for a lock that another process holds. So a brief transaction is done
    at once where the lock is free; any other runs in a thread, where it may wait. The thread is
    not for all, as it and the greenlets take the interpreter from each other at each statement.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = _connected(engine)
        self._eager = _connected(engine, _AT_ONCE)
        self._at_hand = _Kept(self._eager, _BEGIN_WRITING)
        self._unfolded = 0
        self._lock = Lock()
        self._pool: Any = None

    def write(self, work: Callable[[Connection], T], brief: bool, ahead: bool = False) -> T:
        """Runs `work` in one transaction. Nothing goes ahead: it has one connection anyway."""
        if not greenlets.in_use():
            with self._lock:
                return self._transact(work)
        if brief and not self._at_hand.in_use:
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
            self._at_hand.let_go()
            self._eager.dispose()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self.engine.begin() as connection:
            return work(connection)

    def _at_once(self, work: Callable[[Connection], T]) -> T:
        """Raises `OperationalError` where another writes just now; then nothing is written."""
        try:
            return self._at_hand.transact(work, keep=True)
        finally:
            self._unfolded += 1
            if self._unfolded >= _FOLD_AFTER:
                self._unfolded = 0
                self._thread().spawn(self._fold)

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
        _say(connection, driver_of(connection), begin)


def _say(connection: Connection, driver: Any, sql: str) -> None:
    """Begins or ends a transaction. Raises what SQLAlchemy would."""
    try:
        driver.execute(sql)
    except sqlite3.Error as error:
        raise translated(connection, sql, error) from error


def driver_of(connection: Connection) -> Any:
    """The driver's own connection: what is said to it costs no more than it does."""
    return connection.connection.driver_connection


def _connected(engine: Engine, pragmas: tuple[str, ...] = ()) -> Engine:
    """An engine with one connection, to the same file."""
    made = create_engine(engine.url, hide_parameters=True, poolclass=StaticPool)
    prepare(made, _BEGIN_WRITING, pragmas)
    return made


def _is_locked(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def _lower(text: object) -> object:
    """SQLite's own `lower` knows the letters of ASCII only, and searching goes by it."""
    return text.lower() if isinstance(text, str) else text
