"""Personal tokens: made, listed, revoked and recognised. Only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from chatapp.errors import Conflict, NotFound, Unauthenticated, Unprocessable
from chatapp.models import Database, Token, User, as_id, make_id, now, record_ended_access
from chatapp.models.prepared import Prepared

PREFIX = "chat_"
LONGEST_NAME = 200
MOST = 100
"""Tokens that one person may have."""

USE_NOTED = timedelta(minutes=1)

_TOKEN = Prepared(
    select(Token.id, Token.user_id, Token.scope, Token.expires_at, Token.last_used_at)
    .add_columns(User.is_admin)
    .join(User, User.id == Token.user_id)
    .where(Token.digest == bindparam("digest"), User.disabled_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for, and how far. `unnoted` where its use is to be noted."""

    id: str
    user_id: str
    scope: str
    admin: bool
    unnoted: bool


def create(
    database: Database, user_id: str, name: str, *, scope: str = "all", days: int | None = None
) -> str:
    """Makes a token and gives it: it is shown this once. Without `days` it has no end.

    Raises `Unprocessable` for a name that cannot be one, `Conflict` where there are too many.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Unprocessable(f"The name of a token has 1 to {LONGEST_NAME} printable characters.")
    token = PREFIX + secrets.token_urlsafe(32)
    made = insert(Token).values(
        id=make_id(),
        user_id=user_id,
        name=name,
        digest=digest(token),
        scope=scope,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    theirs = select(func.count()).select_from(Token).where(Token.user_id == user_id)

    def store(connection: Connection) -> None:
        if (connection.scalar(theirs) or 0) >= MOST:
            raise Conflict(f"You have {MOST} tokens. Revoke one that you do not use any more.")
        connection.execute(made)

    database.write(store)
    return token


def listed(session: Session, user_id: str) -> Sequence[Token]:
    """A person's tokens, the newest first, with those that have expired."""
    theirs = select(Token).where(Token.user_id == user_id)
    return session.scalars(theirs.order_by(Token.created_at.desc(), Token.id)).all()


def find(session: Session, token: str) -> Token:
    """What is kept of a token that exists."""
    return session.scalars(select(Token).where(Token.digest == digest(token))).one()


def revoke(database: Database, user_id: str, token_id: str) -> None:
    """Ends one of a person's tokens at once. Raises `NotFound`."""
    ended = delete(Token).where(Token.id == as_id(token_id), Token.user_id == user_id)

    def store(connection: Connection) -> None:
        if not connection.execute(ended).rowcount:
            raise NotFound("There is no such token.")
        record_ended_access(connection, user_id)

    database.write(store)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def recognise(database: Database, token: str) -> Bearer:
    """Whom a token speaks for. Raises `Unauthenticated` for one unknown, revoked or expired."""
    wanted = {"digest": digest(token)}
    row = database.read(lambda connection: _TOKEN.first(connection, wanted))
    moment = now()
    if row is None or (row.expires_at and row.expires_at <= moment):
        raise Unauthenticated("This token is not valid. Make a new one and send that.")
    unnoted = row.last_used_at is None or moment - row.last_used_at > USE_NOTED
    return Bearer(row.id, row.user_id, row.scope, row.is_admin, unnoted)


def is_valid(database: Database, token_id: str) -> bool:
    """Whether a token that was recognised would be so again."""
    wanted = select(Token.expires_at).join(User, User.id == Token.user_id)
    kept = wanted.where(Token.id == token_id, User.disabled_at.is_(None))
    row = database.read(lambda connection: connection.execute(kept).first())
    return row is not None and (row.expires_at is None or row.expires_at > now())


def note_use(database: Database, token_id: str) -> None:
    """Notes that a token was used, where that was not noted in this minute."""
    moment = now()
    stale = or_(Token.last_used_at.is_(None), Token.last_used_at < moment - USE_NOTED)
    used = update(Token).where(Token.id == token_id, stale).values(last_used_at=moment)
    database.write(lambda connection: connection.execute(used))
