"""How much is stored."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from chatapp.models import Database


def count_rows(database: Database, *tables: type) -> list[int]:
    """How many rows each of the tables has."""

    def count(connection: Connection) -> list[int]:
        counts = [select(func.count()).select_from(table) for table in tables]
        return [connection.scalar(counted) or 0 for counted in counts]

    return database.read(count)
