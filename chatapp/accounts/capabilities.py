"""Capabilities: who knows one follows one answer for an hour, whoever they are.

They are kept beside the tickets, as rows that opened already; only their SHA-256 is.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from chatapp.accounts.tokens import digest
from chatapp.errors import NotFound
from chatapp.models import Database, Ticket, User, now

LASTS = timedelta(hours=1)
BYTES = 16


def issue(database: Database, user_id: str, answer_id: str, path: str) -> str:
    """Makes a capability for an answer that is streamed at `path`. Old ones are swept.

    Raises `NotFound` where the answer or its owner went in this moment.
    """
    capability, moment = secrets.token_urlsafe(BYTES), now()
    over = delete(Ticket).where(Ticket.expires_at < moment)
    made = insert(Ticket).values(
        digest=digest(capability),
        user_id=user_id,
        answer_id=answer_id,
        path=path,
        opened=True,
        expires_at=moment + LASTS,
    )

    def store(connection: Connection) -> None:
        connection.execute(over)
        connection.execute(made)

    try:
        database.write(store)
    except IntegrityError:
        raise _refusal() from None
    return capability


def find(database: Database, capability: str, path: str) -> tuple[str, str]:
    """The owner and the answer that a capability names. Raises `NotFound`."""
    wanted = (
        select(Ticket.user_id, Ticket.answer_id)
        .join(User, User.id == Ticket.user_id)
        .where(
            Ticket.digest == digest(capability),
            Ticket.path == path,
            Ticket.expires_at > now(),
            User.disabled_at.is_(None),
        )
    )
    row = database.read(lambda connection: connection.execute(wanted).first())
    if row is None or row.answer_id is None:
        raise _refusal()
    return row.user_id, row.answer_id


def _refusal() -> NotFound:
    return NotFound("There is no such answer, or it can no longer be followed here.")
