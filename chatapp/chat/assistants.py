"""The assistants that a person sees, and what they make of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, tuple_, update

from chatapp.chat import once
from chatapp.chat.access import Person, check_documents
from chatapp.chat.answerer import usable
from chatapp.chat.parting import part
from chatapp.chat.personas import Persona, of
from chatapp.chat.ready_made import READY_MADE
from chatapp.chat.services import Services
from chatapp.errors import BadRequest, Conflict, Forbidden, NotFound
from chatapp.models import Assistant, as_id, make_id, now
from chatapp.models.paging import Page, decode_cursor, encode_cursor

MOST = 100
"""Assistants of one person."""

_READY = "ready-made-"
_MISSING = "There is no such assistant."
_all = select(Assistant.__table__)


def listed(
    connection: Connection, person_id: str, *, after: str = "", limit: int = 50
) -> Page[Persona]:
    """Their own and shared ones, made last first; behind them those that come with us.

    Raises `BadRequest` for a cursor that cannot be.
    """
    if after.startswith(_READY):
        return _ready_made([], _number(after), limit)
    wanted = _all.where(or_(Assistant.user_id == person_id, Assistant.shared.is_(True)))
    if after:
        wanted = wanted.where(tuple_(Assistant.created_at, Assistant.id) < decode_cursor(after))
    order = (Assistant.created_at.desc(), Assistant.id.desc())
    rows = connection.execute(wanted.order_by(*order).limit(limit + 1)).all()
    found = [of(row) for row in rows]
    if len(found) > limit:
        last = rows[limit - 1]
        return Page(found[:limit], encode_cursor(last.created_at, last.id))
    return _ready_made(found, 0, limit)


def find(connection: Connection, person_id: str, assistant_id: str) -> Persona:
    """One that the person may use. Raises `NotFound`."""
    found = usable(connection, person_id, assistant_id)
    if found is None:
        raise NotFound(_MISSING)
    return found


def check_own(connection: Connection, person_id: str, assistant_id: str) -> Persona:
    """One that the person may change. Raises `NotFound`, and `Forbidden` for one they see only."""
    found = find(connection, person_id, assistant_id)
    if found.ready_made:
        raise Forbidden("This assistant comes with the chat. Copy it to change the copy.")
    if found.user_id != person_id:
        raise Forbidden("Only who made this assistant may change it. Copy it to change the copy.")
    return found


def create(services: Services, person: Person, values: Mapping[str, Any]) -> str:
    """Makes one; its id.

    Raises `Conflict` where there are too many, and `Unprocessable` for a model or documents that
    the person may not use.
    """
    id = make_id()
    pictured = {"letter": values["name"][0].upper(), "colour": "teal"}
    made = insert(Assistant).values(id=id, user_id=person.id, **pictured | dict(values))
    theirs = select(func.count()).where(Assistant.user_id == person.id)
    _check_model(services, values)

    def store(connection: Connection) -> str:
        if (connection.scalar(theirs) or 0) >= MOST:
            raise Conflict(f"You have {MOST} assistants. Delete one that you do not need.")
        check_documents(connection, person.id, values.get("document_ids") or ())
        connection.execute(made)
        return id

    return once.write(services.database, store)


def change(
    services: Services, person: Person, assistant_id: str, values: Mapping[str, Any]
) -> None:
    """Changes one of the person's own: later answers follow it.

    Conversations of others keep what it said where it is shared no more. Raises what `create` and
    `check_own` raise.
    """
    _check_model(services, values)

    def store(connection: Connection) -> None:
        before = _lock(connection, person.id, assistant_id)
        check_documents(connection, person.id, _added(before, values))
        if before.shared and not values.get("shared", True):
            part(connection, before, spared=person.id)
        changed = update(Assistant).where(Assistant.id == before.id)
        connection.execute(changed.values(**values, updated_at=now()))

    services.database.write(store)


def remove(services: Services, person: Person, assistant_id: str) -> None:
    """Deletes one of the person's own; conversations keep what it said."""

    def store(connection: Connection) -> None:
        gone = _lock(connection, person.id, assistant_id)
        part(connection, gone)
        connection.execute(delete(Assistant).where(Assistant.id == gone.id))

    services.database.write(store)


def _lock(connection: Connection, person_id: str, assistant_id: str) -> Persona:
    """Locked, so that no conversation begins to use it meanwhile."""
    own = (Assistant.id == as_id(assistant_id), Assistant.user_id == person_id)
    row = connection.execute(_all.where(*own).with_for_update()).first()
    if row is None:
        check_own(connection, person_id, assistant_id)
        raise NotFound(_MISSING)
    return of(row)


def _added(before: Persona, values: Mapping[str, Any]) -> set[str]:
    """The documents that it did not have before: of those, some may be gone."""
    return set(values.get("document_ids") or ()) - set(before.document_ids)


def _check_model(services: Services, values: Mapping[str, Any]) -> None:
    if model := values.get("model"):
        services.catalogue.check(model, services.catalogue.default, guest=False)


def _ready_made(before: list[Persona], start: int, limit: int) -> Page[Persona]:
    """Fills a page up with them."""
    end = start + limit - len(before)
    shown = [*before, *list(READY_MADE.values())[start:end]]
    return Page(shown, f"{_READY}{end}" if end < len(READY_MADE) else None)


def _number(cursor: str) -> int:
    number = cursor.removeprefix(_READY)
    if number not in map(str, range(len(READY_MADE))):
        raise BadRequest("after: take it from `next` of the page before.")
    return int(number)
