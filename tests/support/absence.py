"""A database that is away for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from chatapp.chat.services import Services

_CUT = text(
    "SELECT pg_terminate_backend(pid, :longest) FROM pg_stat_activity WHERE datname = :name"
)
"""It waits until they are gone, at most `longest` ms."""


@contextmanager
def away(services: Services, url: str) -> Iterator[None]:
    """The database cannot be written to, as far as this app is concerned.

    SQLite: another process holds its lock. PostgreSQL: it cuts all connections and takes none.
    """
    if services.database.is_sqlite:
        with services.database.migrating() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=1")
        with create_engine(url, isolation_level=None).connect() as locked:
            locked.exec_driver_sql("BEGIN EXCLUSIVE")
            try:
                yield
            finally:
                locked.exec_driver_sql("ROLLBACK")
        return
    name = make_url(url).database
    with _server(url) as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(_CUT, {"name": name, "longest": 10_000})
        try:
            yield
        finally:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))


@contextmanager
def _server(url: str) -> Iterator[Connection]:
    """The server of a PostgreSQL, beside the database in question."""
    server = make_url(url).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
