"""Browsers that are signed in, guests among them. The cookie holds the id, signed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from chatapp.models import BrowserSession, Database, User, make_id, now

LASTS = timedelta(days=30)
USE_NOTED = timedelta(hours=1)

_SESSION = (
    select(BrowserSession.seen_at, User.id, User.email, User.is_admin)
    .join(User, User.id == BrowserSession.user_id)
    .where(BrowserSession.id == bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who uses a browser."""

    user_id: str
    guest: bool
    admin: bool


def begin_guest(database: Database) -> tuple[str, str]:
    """Makes a guest with a session; the ids of both. Guests silent for 30 days are swept."""
    user_id, session_id = make_id(), secrets.token_urlsafe(24)
    lively = select(BrowserSession.user_id).where(BrowserSession.seen_at > now() - LASTS).distinct()
    old = delete(User).where(
        User.email.is_(None), User.created_at < now() - LASTS, User.id.not_in(lively)
    )

    def store(connection: Connection) -> None:
        connection.execute(old)
        connection.execute(insert(User).values(id=user_id))
        connection.execute(insert(BrowserSession).values(id=session_id, user_id=user_id))

    database.write(store)
    return user_id, session_id


def recognise(database: Database, session_id: str) -> Visitor | None:
    """Who uses the browser with this session; None where it has ended."""
    wanted = {"id": session_id}
    row = database.read(lambda connection: connection.execute(_SESSION, wanted).first())
    moment = now()
    if row is None or moment - row.seen_at > LASTS:
        return None
    if moment - row.seen_at > USE_NOTED:
        _note_use(database, session_id, moment)
    return Visitor(row.id, guest=row.email is None, admin=row.is_admin)


def _note_use(database: Database, session_id: str, moment: datetime) -> None:
    used = update(BrowserSession).where(BrowserSession.id == session_id).values(seen_at=moment)
    database.write(lambda connection: connection.execute(used))
