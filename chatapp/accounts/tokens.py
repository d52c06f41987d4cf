"""Personal tokens: made, and recognised. Only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select, update

from chatapp.errors import Unauthenticated, Unprocessable
from chatapp.models import Database, Token, User, make_id, now

PREFIX = "chat_"
LONGEST_NAME = 200
USE_NOTED = timedelta(minutes=1)

_TOKEN = (
    select(Token.id, Token.user_id, Token.scope, Token.expires_at, Token.last_used_at)
    .add_columns(User.is_admin)
    .join(User, User.id == Token.user_id)
    .where(Token.digest == bindparam("digest"))
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for, and how far."""

    user_id: str
    scope: str
    admin: bool


def create(
    database: Database, user_id: str, name: str, *, scope: str = "all", days: int | None = None
) -> str:
    """Makes a token and gives it: it is shown this once. Without `days` it has no end.

    Raises `Unprocessable` for a name that cannot be one.
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
    database.write(lambda connection: connection.execute(made))
    return token


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def recognise(database: Database, token: str) -> Bearer:
    """Whom a token speaks for. Raises `Unauthenticated` for one unknown, revoked or expired."""
    wanted = {"digest": digest(token)}
    row = database.read(lambda connection: connection.execute(_TOKEN, wanted).first())
    moment = now()
    if row is None or (row.expires_at and row.expires_at <= moment):
        raise Unauthenticated("This token is not valid. Make a new one and send that.")
    if row.last_used_at is None or moment - row.last_used_at > USE_NOTED:
        _note_use(database, row.id, moment)
    return Bearer(row.user_id, row.scope, row.is_admin)


def _note_use(database: Database, token_id: str, moment: datetime) -> None:
    used = update(Token).where(Token.id == token_id).values(last_used_at=moment)
    database.write(lambda connection: connection.execute(used))
