"""How much is stored."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from chatapp.models import Database, Document


def count_rows(database: Database, *tables: type) -> list[int]:
    """How many rows each of the tables has."""

    def count(connection: Connection) -> list[int]:
        counts = [select(func.count()).select_from(table) for table in tables]
        return [connection.scalar(counted) or 0 for counted in counts]

    return database.read(count)


def count_documents(database: Database, *parts: type) -> list[int]:
    """How many documents people have added, and how many rows each of their `parts` has: the
    library about chatapp is not counted."""
    added = select(Document.id).where(Document.user_id.is_not(None))
    tables = [select(func.count()).select_from(added.subquery())]
    for part in parts:
        counted = select(func.count()).select_from(part)
        tables.append(counted.where(part.document_id.in_(added)))  # type: ignore[attr-defined]

    def count(connection: Connection) -> list[int]:
        return [connection.scalar(counted) or 0 for counted in tables]

    return database.read(count)
