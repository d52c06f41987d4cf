"""Browsers that are signed in, guests among them. The cookie holds the id, signed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from chatapp.errors import Forbidden
from chatapp.models import BrowserSession, Database, User, make_id, now, record_ended_access
from chatapp.models.prepared import Prepared

LASTS = timedelta(days=30)
USE_NOTED = timedelta(hours=1)
CHANGED = "This password was changed in this moment. Sign in with the new one."

_SESSION = Prepared(
    select(BrowserSession.seen_at, User.id, User.email, User.is_admin, User.locale)
    .join(User, User.id == BrowserSession.user_id)
    .where(BrowserSession.id == bindparam("id"), User.disabled_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who uses a browser; a guest has no address. `locale` is the language that they speak."""

    user_id: str
    email: str | None
    admin: bool
    locale: str | None = None

    @property
    def guest(self) -> bool:
        """Whether nobody signed up for this yet."""
        return self.email is None


@dataclass(frozen=True, slots=True)
class Known:
    """A browser in the list of its owner. `handle` names it without giving its cookie away."""

    handle: str
    browser: str
    created_at: datetime
    seen_at: datetime
    current: bool


def begin_guest(database: Database) -> tuple[str, str]:
    """Makes a guest with a session; the ids of both. Guests silent for 30 days are swept."""
    user_id, session_id = make_id(), _make_id()
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


def begin(database: Database, user_id: str, browser: str, proof: str | None = None) -> str:
    """Signs a browser in; the id of its session. Sessions that are over are swept.

    `proof` is the hash that a password matched. Raises `Forbidden` where it is the account's no
    more: a new password ends all sessions, those that begin in this moment, too.
    """
    session_id = _make_id()
    over = delete(BrowserSession).where(
        BrowserSession.user_id == user_id, BrowserSession.seen_at < now() - LASTS
    )
    begun = insert(BrowserSession).values(id=session_id, user_id=user_id, browser=browser)

    same = select(User.id).where(User.id == user_id, User.password_hash == proof)

    def store(connection: Connection) -> None:
        if proof is not None and connection.scalar(same.with_for_update()) is None:
            raise Forbidden(CHANGED, code="wrong_credentials")
        connection.execute(over)
        connection.execute(begun)

    database.write(store)
    return session_id


def recognise(database: Database, session_id: str) -> Visitor | None:
    """Who uses the browser with this session; None where it has ended."""
    wanted = {"id": session_id}
    row = database.read(lambda connection: _SESSION.first(connection, wanted))
    moment = now()
    if row is None or moment - row.seen_at > LASTS:
        return None
    if moment - row.seen_at > USE_NOTED:
        _note_use(database, session_id, moment)
    return Visitor(row.id, row.email, row.is_admin, row.locale)


def listed(database: Database, user_id: str, current_id: str) -> list[Known]:
    """A person's browsers, the one that was used last first."""
    theirs = (
        select(BrowserSession.__table__)
        .where(BrowserSession.user_id == user_id, BrowserSession.seen_at > now() - LASTS)
        .order_by(BrowserSession.seen_at.desc(), BrowserSession.id)
    )
    rows = database.read(lambda connection: connection.execute(theirs).all())
    return [
        Known(handle(row.id), row.browser, row.created_at, row.seen_at, row.id == current_id)
        for row in rows
    ]


def handle(session_id: str) -> str:
    """A name for a session from which nobody learns its id."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:24]


def began_at(database: Database, session_id: str) -> datetime | None:
    """When a browser was signed in."""
    wanted = select(BrowserSession.created_at).where(BrowserSession.id == session_id)
    return database.read(lambda connection: connection.scalar(wanted))


def is_valid(database: Database, session_id: str) -> bool:
    """Whether somebody is signed in by it. It is no use of the session."""
    wanted = {"id": session_id}
    return database.read(lambda connection: _SESSION.first(connection, wanted)) is not None


def end(database: Database, session_id: str) -> None:
    """Signs a browser out; repeating it does nothing."""
    ended = delete(BrowserSession).where(BrowserSession.id == session_id)

    def store(connection: Connection) -> None:
        user_id = connection.scalar(ended.returning(BrowserSession.user_id))
        if user_id is not None:
            record_ended_access(connection, user_id)

    database.write(store)


def revoke(database: Database, user_id: str, wanted: str) -> bool:
    """Signs a browser of a person's own out, by its handle; whether there was one."""
    theirs = select(BrowserSession.id).where(BrowserSession.user_id == user_id)
    ids = database.read(lambda connection: connection.scalars(theirs).all())
    found = [id for id in ids if handle(id) == wanted]
    for id in found:
        end(database, id)
    return bool(found)


def end_all(database: Database, user_id: str, *, but: str = "") -> None:
    """Signs a person out everywhere, but in one browser."""
    ended = delete(BrowserSession).where(
        BrowserSession.user_id == user_id, BrowserSession.id != but
    )

    def store(connection: Connection) -> None:
        connection.execute(ended)
        record_ended_access(connection, user_id)

    database.write(store)


def _make_id() -> str:
    return secrets.token_urlsafe(24)


def _note_use(database: Database, session_id: str, moment: datetime) -> None:
    used = update(BrowserSession).where(BrowserSession.id == session_id).values(seen_at=moment)
    database.write(lambda connection: connection.execute(used))
