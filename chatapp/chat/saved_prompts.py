"""The words that a person keeps, to ask with them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, delete, func, insert, select, tuple_, update

from chatapp.chat import once
from chatapp.chat.access import Person
from chatapp.errors import Conflict, NotFound
from chatapp.models import Database, SavedPrompt, as_id, make_id, now
from chatapp.models.paging import Page, decode_cursor, encode_cursor

MOST = 100
"""Prompts of one person."""

Saved: TypeAlias = Row[Any]
"""The columns of `SavedPrompt`."""

_all = select(SavedPrompt.__table__)


def listed(
    connection: Connection, person_id: str, *, after: str = "", limit: int = MOST
) -> Page[Saved]:
    """Those of a person, made last first. Raises `BadRequest` for a cursor that cannot be."""
    wanted = _all.where(SavedPrompt.user_id == person_id)
    if after:
        wanted = wanted.where(tuple_(SavedPrompt.created_at, SavedPrompt.id) < decode_cursor(after))
    order = (SavedPrompt.created_at.desc(), SavedPrompt.id.desc())
    rows = connection.execute(wanted.order_by(*order).limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], encode_cursor(last.created_at, last.id) if last else None)


def find(connection: Connection, person_id: str, prompt_id: str) -> Saved:
    """One of the person's own. Raises `NotFound`."""
    row = connection.execute(_all.where(*_own(person_id, prompt_id))).first()
    if row is None:
        raise NotFound("There is no such prompt.")
    return row


def create(database: Database, person: Person, values: Mapping[str, Any]) -> str:
    """Keeps one; its id. Raises `Conflict` where there are too many."""
    id = make_id()
    made = insert(SavedPrompt).values(id=id, user_id=person.id, **values)
    theirs = select(func.count()).where(SavedPrompt.user_id == person.id)

    def store(connection: Connection) -> str:
        if (connection.scalar(theirs) or 0) >= MOST:
            raise Conflict(f"You have {MOST} prompts. Delete one that you do not need.")
        connection.execute(made)
        return id

    return once.write(database, store)


def change(database: Database, person: Person, prompt_id: str, values: Mapping[str, Any]) -> None:
    """Changes one of the person's own. Raises `NotFound`."""

    def store(connection: Connection) -> None:
        find(connection, person.id, prompt_id)
        changed = update(SavedPrompt).where(*_own(person.id, prompt_id))
        connection.execute(changed.values(**values, updated_at=now()))

    database.write(store)


def remove(database: Database, person: Person, prompt_id: str) -> None:
    """Deletes one of the person's own. Raises `NotFound`."""

    def store(connection: Connection) -> None:
        find(connection, person.id, prompt_id)
        connection.execute(delete(SavedPrompt).where(*_own(person.id, prompt_id)))

    database.write(store)


def _own(person_id: str, prompt_id: str) -> tuple[Any, Any]:
    return SavedPrompt.id == as_id(prompt_id), SavedPrompt.user_id == person_id
