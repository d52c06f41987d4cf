"""Who makes a request: a token's owner, a signed-in browser, a guest, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import Request, session

from chatapp.accounts import sessions, tokens
from chatapp.accounts.afterwards import afterwards
from chatapp.errors import Unauthenticated
from chatapp.models import Database

SESSION_KEY = "sid"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking. `via` tells by what: only a cookie needs a CSRF token."""

    user_id: str
    guest: bool
    admin: bool
    via: Literal["cookie", "token"]
    scope: str = "all"


def identify(request: Request, database: Database) -> Identity | None:
    """Who makes the request; None for nobody.

    Raises `Unauthenticated` for a bearer token that is not valid: it never makes a guest.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        bearer = tokens.recognise(database, token.strip())
        if bearer.unnoted:
            afterwards(lambda: tokens.note_use(database, bearer.id))
        return Identity(bearer.user_id, False, bearer.admin, "token", bearer.scope)
    session_id = session.get(SESSION_KEY)
    if not session_id:
        return None
    visitor = sessions.recognise(database, str(session_id))
    if visitor is None:
        session.pop(SESSION_KEY, None)
        return None
    return Identity(visitor.user_id, visitor.guest, visitor.admin, "cookie")


def begin_guest(database: Database) -> Identity:
    """Makes a guest, whom this browser's cookie names from now on."""
    user_id, session_id = sessions.begin_guest(database)
    session[SESSION_KEY] = session_id
    session.permanent = True
    return Identity(user_id, True, False, "cookie")


def begin_visit(database: Database) -> Identity:
    """Makes a guest of one request, whom no cookie names: the next would need a CSRF token."""
    user_id, _ = sessions.begin_guest(database)
    return Identity(user_id, True, False, "token", "chat")


def required(identity: Identity | None) -> Identity:
    """The identity, where there must be one. Raises `Unauthenticated`."""
    if identity is None:
        raise Unauthenticated("Sign in, or send a personal token as `Authorization: Bearer …`.")
    return identity
