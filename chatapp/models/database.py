"""The database: where it is, and how its transactions run.

SQLite serves in WAL mode, so that readers and the one writer never wait for each other. Its
writing transactions begin with `BEGIN IMMEDIATE` (a read snapshot cannot be upgraded, it fails
at once: https://sqlite.org/lang_transaction.html) and run one at a time in a thread of their
own, so that a lock held by another process never stalls the greenlets of this one. PostgreSQL's
driver waits cooperatively and needs no thread.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

T = TypeVar("T")

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
)

_DEADLOCK = "40P01"
_ATTEMPTS = 3


class Database:
    """An engine for reading and the way to write.

    Both have connections of their own: a request that reads may come to write, and must not wait
    for a connection that another such request holds. `engine` must not have been used before.
    Nothing connects before the first transaction, so the value survives a fork.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._lock = Lock()
        self._thread: Any = None
        pool: dict[str, Any] = {"pool_pre_ping": True}  # the server may have been started anew
        if self.is_sqlite:
            pool = {"poolclass": StaticPool}
        self._writing = create_engine(engine.url, hide_parameters=True, **pool)
        if self.is_sqlite:
            _prepare_sqlite(engine, begin="BEGIN")
            _prepare_sqlite(self._writing, begin="BEGIN IMMEDIATE")

    def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on one snapshot."""
        with self.engine.connect() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in one transaction; it must not wait for anything but the database, and may
        be run once more where two transactions were waiting for each other.

        Raises what `work` raises (then nothing is written), and SQLAlchemy's `DBAPIError` when
        the database is away.
        """
        if not self.is_sqlite:
            return self._transact_patiently(work)
        if not _greenlets():
            with self._lock:
                return self._transact(work)
        value, error = self._apart(work)
        if error:
            raise error
        return value  # type: ignore[return-value]  # no error, so there is a value

    def dispose(self) -> None:
        """Closes all connections, after what is being written; the next ones are opened anew."""
        with self._lock:
            self._writing.dispose()
        self.engine.dispose()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction for a migration, which may take its time.

        To change a table SQLite makes it anew. Dropping the old one then must not take along what
        refers to it, so foreign keys rest: https://sqlite.org/lang_altertable.html#otheralter
        """
        with self._writing.connect() as connection:
            self._enforce_foreign_keys(connection, "OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                self._enforce_foreign_keys(connection, "ON")

    def _enforce_foreign_keys(self, connection: Connection, switch: str) -> None:
        """Says it to the driver itself: inside a transaction SQLite does not listen."""
        driver = connection.connection.driver_connection
        if self.is_sqlite and driver:
            driver.execute(f"PRAGMA foreign_keys={switch}")

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

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._writing.begin() as connection:
            return work(connection)

    def _apart(self, work: Callable[[Connection], T]) -> tuple[T | None, Exception | None]:
        """Runs `work` in the writer's thread. gevent prints what is raised there: so nothing is."""
        if self._thread is None:
            from gevent.threadpool import ThreadPool

            self._thread = ThreadPool(1)

        def outcome() -> tuple[T | None, Exception | None]:
            try:
                return self._transact(work), None
            except Exception as error:
                return None, error

        return self._thread.apply(outcome)  # type: ignore[no-any-return]


def is_gone(error: DBAPIError) -> bool:
    """Whether the database was away or busy, as against a statement that it refused."""
    return error.connection_invalidated or type(error).__name__ == "OperationalError"


def _greenlets() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return bool(monkey and monkey.is_module_patched("threading"))


def _lower(text: object) -> object:
    """SQLite's own `lower` knows the letters of ASCII only, and searching goes by it."""
    return text.lower() if isinstance(text, str) else text


def _prepare_sqlite(engine: Engine, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
