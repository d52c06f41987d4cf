"""That it is really them: asked of somebody signed in before what cannot be undone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from chatapp.accounts import sessions, throttle
from chatapp.accounts.identity import Identity
from chatapp.accounts.passwords import matches
from chatapp.errors import Forbidden
from chatapp.models import Database, User, now

LATELY = timedelta(minutes=15)
"""How long somebody without a password is believed after signing in."""

WRONG = "That is not your password."
NOT_LATELY = (
    "Sign out and in again, and do this within 15 minutes: you have no password to ask for."
)


def has_password(database: Database, user_id: str) -> bool:
    """Whether there is a password to ask for; those who come by way of a provider may have none."""
    return _kept(database, user_id) is not None


def confirm(database: Database, identity: Identity, password: str) -> None:
    """Returns where it is they. A guest has nothing to show, and is believed.

    Raises `Forbidden`, and `RateLimited` for those who guess.
    """
    if identity.guest:
        return
    session_id = identity.session_id or ""
    kept = _kept(database, identity.user_id)
    if kept is None:
        began_at = sessions.began_at(database, session_id)
        if began_at is None or now() - began_at > LATELY:
            raise Forbidden(NOT_LATELY)
        return
    counts = throttle.password_of(identity.user_id, session_id)
    throttle.attempt(database, counts)
    if not matches(kept, password):
        raise Forbidden(WRONG, code="wrong_credentials")
    throttle.forgive(database, counts)


def _kept(database: Database, user_id: str) -> str | None:
    wanted = select(User.password_hash).where(User.id == user_id)
    return database.read(lambda connection: connection.scalar(wanted))
