"""Who is asking, in every request; and that a browser's page really meant what it sends."""

from __future__ import annotations

from flask import g, request
from flask_wtf.csrf import CSRFError

from chatapp.accounts.identity import Identity, begin_guest, identify, required
from chatapp.chat import access
from chatapp.chat.access import Person
from chatapp.errors import Forbidden
from chatapp.extensions import csrf, db
from chatapp.views import services

SAFE = ("GET", "HEAD", "OPTIONS")


def load_identity() -> None:
    """Finds out who asks, and checks the CSRF token of a browser that changes something."""
    g.identity = identify(request, services().database)
    if g.identity and g.identity.via == "cookie" and request.method not in SAFE:
        check_csrf()


def require_identity() -> None:
    """The same, where nobody is not enough."""
    if request.method == "OPTIONS":
        return
    g.identity = required(identify(request, services().database))
    if g.identity.via == "cookie" and request.method not in SAFE:
        check_csrf()


def require_whole_scope() -> None:
    """The same, where a token that is made for chats does not reach."""
    require_identity()
    identity = g.get("identity")
    if identity and identity.scope != "all":
        raise Forbidden("This token reaches chats alone. Send one whose scope is `all`.")


def check_csrf() -> None:
    """Raises `Forbidden` where the form or the header lacks the session's token."""
    try:
        csrf.protect()
    except CSRFError:
        raise Forbidden(
            "This page is out of date. Reload it and try again.", code="csrf_failed"
        ) from None


def person() -> Person:
    """On whose behalf the request is served; nobody is refused."""
    identity = required(g.identity)
    return Person(identity.user_id, identity.guest)


def check_conversation(id: str) -> None:
    """Raises `NotFound` for a conversation that is not the person's own.

    No connection is kept: the body that is read next may come slowly.
    """
    access.conversation(db.session(), person(), id)
    db.session.rollback()


def check_message(id: str) -> None:
    """The same for a message."""
    access.message(db.session(), person(), id)
    db.session.rollback()


def check_may_ask() -> None:
    """Raises `Unauthenticated` for nobody where guests may not chat."""
    if not services().settings.guests:
        person()


def person_or_guest() -> Person:
    """The same, but nobody becomes a guest where guests may chat."""
    identity: Identity | None = g.identity
    if identity is None and services().settings.guests:
        identity = g.identity = begin_guest(services().database)
    return person()
