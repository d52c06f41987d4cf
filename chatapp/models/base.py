"""What tables share: ids, times, and the types of their columns."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, cast

from sqlalchemy import DateTime, Dialect, Table
from sqlalchemy.types import TypeDecorator

from chatapp.extensions import Base

__all__ = ["Base", "Moment", "as_id", "insert_or", "make_id", "now", "table"]


def make_id() -> str:
    """An opaque id: 96 random bits in hexadecimal."""
    return secrets.token_hex(12)


def as_id(text: str) -> str:
    """What a client sent as an id; what cannot be one is nothing's.

    PostgreSQL refuses some text even in a comparison.
    """
    return text if text.isascii() and text.isalnum() else ""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def table(model: type[Base]) -> Table:
    """The table of a model: statements on it skip what the ORM does for objects."""
    return cast(Table, model.__table__)


def insert_or(table: Table, dialect: str) -> Any:
    """An insert with `on_conflict_do_…`, as the database of this name takes it.

    SQLAlchemy has one for each, and only that of the database in use is loaded.
    """
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


class Moment(TypeDecorator[datetime]):
    """A point in time, always in UTC.

    SQLite forgets the zone, so it is put back; PostgreSQL answers in the zone of its settings.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The same moment in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)  # type: ignore[no-any-return]
