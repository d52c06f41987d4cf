"""Stream tickets: for one path, once, and again for a reader that lost its line.

Any process admits what another one issued, and two that are shown the same new ticket at once
admit it once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Insert, Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from chatapp.accounts.tokens import digest
from chatapp.errors import NotFound, Unauthenticated
from chatapp.events import ENDINGS
from chatapp.models import Database, Message, Ticket, User, now

FEED = "/events"
"""The one path whose stream has no cursors."""

FRESH = timedelta(seconds=60)
"""How long a ticket waits to be used."""

REOPENS = timedelta(hours=1)
"""How long a feed opens again; and an answer, once it has ended: a reader may lack its end."""

LONGEST_ANSWER = timedelta(days=1)

_TICKET = (
    select(Ticket.path, Ticket.opened, Ticket.expires_at)
    .add_columns(Ticket.answer_id, Ticket.session_id, Ticket.token_id)
    .add_columns(User.id, User.email, User.is_admin, Message.status, Message.completed_at)
    .join(User, User.id == Ticket.user_id)
    .outerjoin(Message, Message.id == Ticket.answer_id)
    .where(Ticket.digest == bindparam("digest"), User.disabled_at.is_(None))
    .with_for_update(of=Ticket)
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for a ticket, and for what. The ticket goes with the session or the token."""

    user_id: str
    path: str
    answer_id: str | None = None
    session_id: str | None = None
    token_id: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who was let in by a ticket, which was made by a session or by a token."""

    user_id: str
    guest: bool
    admin: bool
    session_id: str | None
    token_id: str | None


def issue(database: Database, wish: Wish) -> tuple[str, datetime]:
    """Makes a ticket; it and the moment until which it has to be used. Old ones are swept.

    Raises `NotFound` where the answer, or the one who asks, went in this moment.
    """
    ticket, moment = secrets.token_urlsafe(24), now()
    made = insert(Ticket).values(
        digest=digest(ticket),
        user_id=wish.user_id,
        session_id=wish.session_id,
        token_id=wish.token_id,
        answer_id=wish.answer_id,
        path=wish.path,
        expires_at=moment + FRESH,
    )
    keep(database, made, "There is no such stream any more.")
    return ticket, moment + FRESH


def keep(database: Database, made: Insert, gone: str) -> None:
    """Stores a new row, and sweeps those whose time is over. Raises `NotFound` in the words `gone`
    where the answer or its owner went in this moment."""
    over = delete(Ticket).where(Ticket.expires_at < now())

    def store(connection: Connection) -> None:
        connection.execute(over)
        connection.execute(made)

    try:
        database.write(store)
    except IntegrityError:
        raise NotFound(gone) from None


def admit(database: Database, ticket: str, path: str, cursor: str | None) -> Holder:
    """Lets a ticket's holder in. One that was used opens again with the answer's `cursor` alone.

    Raises `Unauthenticated` for one unknown, used up, expired, or for another path.
    """
    kept = digest(ticket)

    def open_(connection: Connection) -> Holder:
        row = connection.execute(_TICKET, {"digest": kept}).first()
        moment = now()
        if row is None or row.path != path or row.expires_at <= moment:
            raise _refusal()
        if row.opened and not _reopens(row, moment, cursor):
            raise _refusal()
        if not row.opened:
            lasts = LONGEST_ANSWER if row.answer_id else REOPENS
            opened = update(Ticket).where(Ticket.digest == kept)
            connection.execute(opened.values(opened=True, expires_at=moment + lasts))
        return Holder(row.id, row.email is None, row.is_admin, row.session_id, row.token_id)

    return database.write(open_)


def bind(database: Database, ticket: str, answer_id: str) -> None:
    """Ties a ticket to the answer that was asked for with it: it opens that one again, no other."""
    free = update(Ticket).where(Ticket.digest == digest(ticket), Ticket.answer_id.is_(None))
    tied = free.values(answer_id=answer_id, expires_at=now() + LONGEST_ANSWER)
    database.write(lambda connection: connection.execute(tied))


def _reopens(row: Row[*tuple[object, ...]], moment: datetime, cursor: str | None) -> bool:
    if row.path == FEED:
        return True
    if not cursor or row.answer_id is None:
        return False
    owner, _, _ = cursor.rpartition(":")  # whose cursor it is, where the URL does not say it
    if owner not in ("", row.answer_id):
        return False
    return row.status not in ENDINGS or moment - row.completed_at < REOPENS


def _refusal() -> Unauthenticated:
    return Unauthenticated("This ticket is not valid. Ask for a new one and open that.")
