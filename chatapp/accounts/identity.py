"""Who makes a request: whom a token, a ticket or a browser's cookie stands for, or nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from flask import Request, session

from chatapp.accounts import devices, sessions, tickets, tokens
from chatapp.accounts.afterwards import afterwards
from chatapp.accounts.browsers import describe
from chatapp.errors import Unauthenticated
from chatapp.models import Database

SESSION_KEY = "sid"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking. `via` tells by what: only a cookie needs a CSRF token.

    `token_id` and `session_id` are those by which they are known, or by which the `ticket` was made
    that they showed; `email`, and `locale`, the language they speak, are known of a browser.
    """

    user_id: str
    guest: bool
    admin: bool
    via: Literal["cookie", "token", "ticket"]
    scope: str = "all"
    session_id: str | None = None
    token_id: str | None = None
    email: str | None = None
    locale: str | None = None
    ticket: str | None = None


def identify(request: Request, database: Database) -> Identity | None:
    """Who makes the request; None for nobody.

    Raises `Unauthenticated` for a token or a ticket that is not valid: it never makes a guest.
    """
    bearer = _bearer(request)
    if bearer is not None:
        return _by_token(database, bearer)
    if "ticket" in request.args:
        return _by_ticket(database, request, request.args["ticket"])
    session_id = str(session.get(SESSION_KEY) or "")
    if not session_id:
        return None
    visitor = sessions.recognise(database, session_id)
    if visitor is None:
        session.pop(SESSION_KEY, None)
        return None
    known = Identity(visitor.user_id, visitor.guest, visitor.admin, "cookie")
    return replace(known, session_id=session_id, email=visitor.email, locale=visitor.locale)


def identify_by_query(request: Request, database: Database) -> Identity | None:
    """The same, for a client that may show a token or a ticket as `?token=`."""
    shown = request.args.get("token")
    if not shown or "Authorization" in request.headers:
        return identify(request, database)
    if token := shown_token(request):
        return _by_token(database, token)
    return _by_ticket(database, request, shown)


def shown_token(request: Request) -> str:
    """The personal token of a request, in its header or as `?token=`; empty where there is none."""
    bearer = _bearer(request)
    if bearer is not None:
        return bearer
    shown = request.args.get("token", "")
    return shown if shown.startswith(tokens.PREFIX) else ""


def _bearer(request: Request) -> str | None:
    """What stands in the header where a token belongs; None where none does."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _by_token(database: Database, token: str) -> Identity:
    bearer = tokens.recognise(database, token)
    if bearer.unnoted:
        afterwards(lambda: tokens.note_use(database, bearer.id))
    known = Identity(bearer.user_id, False, bearer.admin, "token", bearer.scope)
    return replace(known, token_id=bearer.id)


def _by_ticket(database: Database, request: Request, ticket: str) -> Identity:
    """A ticket opens streams, and streams are read with GET."""
    shown = ticket if request.method == "GET" else ""
    cursor = request.headers.get("Last-Event-ID")
    holder = tickets.admit(database, shown, request.path, cursor)
    known = Identity(holder.user_id, holder.guest, holder.admin, "ticket", scope="chat")
    return replace(known, session_id=holder.session_id, token_id=holder.token_id, ticket=shown)


def is_valid(database: Database, identity: Identity) -> bool:
    """Whether that by which somebody was let in still lets them in: the session or the token, or
    the one by which their ticket was made."""
    if identity.session_id:
        return sessions.is_valid(database, identity.session_id)
    return bool(identity.token_id) and tokens.is_valid(database, str(identity.token_id))


def begin_guest(database: Database) -> Identity:
    """Makes a guest, whom this browser's cookie names from now on."""
    user_id, session_id = sessions.begin_guest(database)
    _remember(session_id)
    return Identity(user_id, True, False, "cookie", session_id=session_id)


def enter(
    request: Request, database: Database, user_id: str, email: str, proof: str | None = None
) -> None:
    """Signs the browser in. Its cookie and its CSRF token are new, so that whoever knew the old
    ones knows nothing: https://owasp.org/www-community/attacks/Session_fixation

    `proof` is the hash that a password matched. Raises `Forbidden` where it does so no more.
    """
    forget(database)
    browser = describe(request.headers.get("User-Agent", ""))
    _remember(sessions.begin(database, user_id, browser, proof))
    devices.remember(email)


def forget(database: Database) -> None:
    """Signs the browser out, whoever used it."""
    session_id = session.get(SESSION_KEY)
    if session_id:
        sessions.end(database, str(session_id))
    device = devices.keep()
    session.clear()
    devices.restore(device)


def begin_visit(database: Database) -> Identity:
    """Makes a guest of one request, whom no cookie names: the next would need a CSRF token."""
    user_id, _ = sessions.begin_guest(database)
    return Identity(user_id, True, False, "token", "chat")


def required(identity: Identity | None) -> Identity:
    """The identity, where there must be one. Raises `Unauthenticated`."""
    if identity is None:
        raise Unauthenticated("Sign in, or send a personal token as `Authorization: Bearer …`.")
    return identity


def _remember(session_id: str) -> None:
    session[SESSION_KEY] = session_id
    session.permanent = True
