"""Capabilities: who knows one follows one answer for an hour, whoever they are.

They are kept beside the tickets, as rows that opened already; only their SHA-256 is.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import insert, select

from chatapp.accounts import tickets
from chatapp.accounts.tokens import digest
from chatapp.errors import NotFound
from chatapp.models import Database, Ticket, User, now

LASTS = timedelta(hours=1)
BYTES = 16
GONE = "There is no such answer, or it can no longer be followed here."


def issue(database: Database, user_id: str, answer_id: str, path: str) -> str:
    """Makes a capability for an answer that is streamed at `path`. Old ones are swept.

    Raises `NotFound` where the answer or its owner went in this moment.
    """
    capability = secrets.token_urlsafe(BYTES)
    made = insert(Ticket).values(
        digest=digest(capability),
        user_id=user_id,
        answer_id=answer_id,
        path=path,
        opened=True,
        expires_at=now() + LASTS,
    )
    tickets.keep(database, made, GONE)
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
        raise NotFound(GONE)
    return row.user_id, row.answer_id
