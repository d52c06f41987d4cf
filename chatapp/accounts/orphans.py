"""Credentials whose owner is gone, where a database was changed by other hands than ours.

When an account is deleted here, what it signed in with goes in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Request, session
from sqlalchemy import func, or_, select

from chatapp.accounts.identity import SESSION_KEY, shown_token
from chatapp.accounts.tokens import digest
from chatapp.models import BrowserSession, Database, Token, User, now


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of who sent it; what is not there is empty."""

    token: str
    session_id: str


def shown(request: Request) -> Shown:
    """Looks at the request; a cookie that nobody has any more is forgotten once it was checked."""
    return Shown(shown_token(request), str(session.get(SESSION_KEY) or ""))


def is_orphan(database: Database, shown: Shown) -> bool:
    """Whether this would be valid, had it an owner."""
    nobody = User.id.is_(None)
    lasts = or_(Token.expires_at.is_(None), Token.expires_at > now())
    tokens = select(func.count()).select_from(Token).outerjoin(User, User.id == Token.user_id)
    browsers = select(func.count()).select_from(BrowserSession)
    browsers = browsers.outerjoin(User, User.id == BrowserSession.user_id)
    wanted = (
        tokens.where(Token.digest == digest(shown.token), lasts, nobody)
        if shown.token
        else browsers.where(BrowserSession.id == shown.session_id, nobody)
    )
    return bool(database.read(lambda connection: connection.scalar(wanted)))
