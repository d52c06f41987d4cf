"""What was said: lists of messages, and the changes a person makes to conversations."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Delete, Update, insert, select, update
from sqlalchemy.orm import Session

from chatapp.chat import answerer, once
from chatapp.chat.access import Person, check_documents
from chatapp.chat.questions import digest
from chatapp.chat.services import Services
from chatapp.errors import BadRequest, Conflict
from chatapp.events import Change
from chatapp.models import Conversation, Message, make_id, now, record
from chatapp.models.paging import Page

_BEFORE = re.compile(r"[0-9]{1,9}")


def messages(
    session: Session, conversation_id: str, *, before: str = "", limit: int | None = None
) -> Page[Message]:
    """The messages of a conversation, oldest first: all, or the last `limit` before a cursor."""
    wanted = select(Message).where(Message.conversation_id == conversation_id)
    if before:
        wanted = wanted.where(Message.position < _parse_before(before))
    wanted = wanted.order_by(Message.position.desc())
    if limit is None:
        return Page(session.scalars(wanted).all()[::-1], None)
    found = session.scalars(wanted.limit(limit + 1)).all()
    more = str(found[limit - 1].position) if len(found) > limit else None
    return Page(found[:limit][::-1], more)


def create(
    services: Services,
    person: Person,
    values: dict[str, Any],
    setup: Mapping[str, Any] | None = None,
) -> tuple[str, bool]:
    """Makes a conversation; its id, and whether it is new: the same again finds the old.

    `setup` are further values of a new one, which do not tell it from another. Raises `Conflict`
    where the `client_id` was used for another one, and `Unprocessable` for an assistant or a
    document that the person may not use.
    """
    client_id = values.get("client_id")
    said = digest(sorted(values.items())) if client_id else None
    same = select(Conversation.id, Conversation.digest).where(
        Conversation.user_id == person.id, Conversation.client_id == client_id
    )

    def store(connection: Connection) -> tuple[str, bool]:
        known = connection.execute(same).first() if client_id else None
        if known and known.digest != said:
            raise Conflict("This client_id was used for another conversation. Use a new one.")
        if known:
            return known.id, False
        _check(connection, person, values)
        new = make_id()
        made = insert(Conversation).values(id=new, user_id=person.id, digest=said)
        connection.execute(made.values(**values, **(setup or {})))
        record(connection, person.id, Change("conversation.created", new))
        return new, True

    return once.write(services.database, store)


def change(
    services: Services, person: Person, conversation_id: str, values: dict[str, Any]
) -> None:
    """Renames a conversation, sets it up differently, pins or archives it.

    Neither pinning nor archiving moves it to the front of the list.
    Raises `Unprocessable` for an assistant or a document that the person may not use; of the
    documents that it had before, some may be gone.
    """
    had = select(Conversation.document_ids).where(Conversation.id == conversation_id)
    anew = {"use_documents": None} if "assistant_id" in values else {}
    moved = {"updated_at": now()} if values.keys() - {"pinned", "archived"} else {}
    changed = update(Conversation).values(**values, **anew, **moved)
    told = Change("conversation.updated", conversation_id)

    def store(connection: Connection) -> None:
        _check(connection, person, values, connection.scalar(had) or ())
        alter(connection, changed, told)

    services.database.write(store)


def alter(connection: Connection, statement: Update | Delete, change: Change) -> bool:
    """Runs a statement on the conversation that the change names, and tells its owner; false where
    the statement finds none."""
    one = statement.where(Conversation.id == change.conversation_id)
    owner = connection.scalar(one.returning(Conversation.user_id))
    if owner is not None:
        record(connection, owner, change)
    return owner is not None


def rate(services: Services, message_id: str, rating: str | None, comment: str | None) -> None:
    """Keeps what a person thinks of an answer."""
    rated = update(Message).where(Message.id == message_id)
    services.database.write(lambda c: c.execute(rated.values(rating=rating, comment=comment)))


def _check(
    connection: Connection, person: Person, values: Mapping[str, Any], had: Collection[str] = ()
) -> None:
    answerer.check_usable(connection, person.id, values.get("assistant_id"))
    check_documents(connection, person.id, set(values.get("document_ids") or ()).difference(had))


def _parse_before(cursor: str) -> int:
    if not _BEFORE.fullmatch(cursor):
        raise BadRequest("before: take it from `next` of the page before.")
    return int(cursor)
