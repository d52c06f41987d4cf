"""Who is asking, in every request; and that a browser's page really meant what it sends."""

from __future__ import annotations

from collections.abc import Container

from flask import g, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import MethodNotAllowed

from chatapp.accounts.identity import (
    Identity,
    begin_guest,
    begin_visit,
    identify,
    identify_by_query,
    required,
)
from chatapp.accounts.throttle import network_of
from chatapp.chat import access
from chatapp.chat.access import Person
from chatapp.errors import BadRequest, Forbidden, Unauthenticated
from chatapp.extensions import csrf
from chatapp.knowledge.documents import Patron
from chatapp.views import origins, services
from chatapp.views.streams import wants_stream

SAFE = ("GET", "HEAD", "OPTIONS")
CSRF = "csrf_failed"


def load_identity() -> None:
    """Finds out who asks, and checks the CSRF token of a browser that changes something."""
    asking = request.method != "OPTIONS"
    g.identity = identify(request, services().database) if asking else None
    check_sender()


def require_identity() -> None:
    """The same, where nobody is not enough."""
    if request.method == "OPTIONS":
        return
    g.identity = required(identify(request, services().database))
    check_sender()


def require_account_by_query() -> None:
    """Refuses guests, too; whoever shows a token or a ticket may do so as `?token=`."""
    if request.method == "OPTIONS":
        return
    g.identity = required(identify_by_query(request, services().database))
    if g.identity.guest:
        raise Unauthenticated("Guests are not served here. Sign up first.")


def require_token() -> None:
    """Refuses everybody but programs: who shows no personal token is nobody here."""
    if request.method == "OPTIONS":
        return
    identity = identify(request, services().database)
    if identity is None or identity.via != "token":
        raise Unauthenticated("Send a personal token as the API key: `Authorization: Bearer …`.")
    g.identity = identity


def require_whole_scope() -> None:
    """The same, where a token that is made for chats does not reach."""
    require_identity()
    refuse_narrow_tokens()


def refuse_narrow_tokens() -> None:
    """Raises `Forbidden` for a token that is made for chats, once it is known who asks."""
    identity = g.get("identity")
    if identity and identity.scope != "all":
        raise Forbidden("This token reaches chats alone. Send one whose scope is `all`.")


def admit_newcomers(endpoints: Container[str]) -> None:
    """The same, but these are open, too, to who comes for the first time, where guests may chat."""
    load_identity()
    newcomer = g.identity is None and services().settings.guests
    if not newcomer or request.endpoint not in endpoints:
        require_whole_scope()


def require_browser() -> None:
    """The same as `require_identity`, where no token will do."""
    require_identity()
    if g.get("identity") and _has_credential():
        raise Forbidden("No token may do this. Sign in with a browser.")


def require_browser_of_account() -> None:
    """Refuses tokens and guests, once it is known who asks.

    No token makes more of itself, and only an account has anything to hand out.
    """
    if g.identity.via != "cookie":
        raise Forbidden("No token may do this. Sign in with a browser.")
    refuse_guests()


def refuse_guests() -> None:
    """Raises `Forbidden` for guests, once it is known who asks."""
    if g.identity.guest:
        raise Forbidden("Guests may not do this. Sign up first.")


def require_administrator() -> None:
    """The same, for administrators alone."""
    require_browser()
    if g.get("identity") and not g.identity.admin:
        raise Forbidden("This page is for administrators.")


def check_sender() -> None:
    """Refuses a change that another site's page sent in the name of this browser's user.

    Nobody is checked, too: whoever becomes a guest gets a cookie in place of the one they had.
    """
    if _has_credential() or request.method in SAFE:
        return
    if not origins.is_welcome(signed_in=g.identity is not None):
        raise Forbidden("This came from another site's page. Send it from here.", code=CSRF)
    if g.identity:
        check_csrf()


def check_get_that_asks() -> None:
    """Refuses a GET that would ask a model, where a browser sent it for another site's page.

    Links, images and frames send GETs, too; what asks must be an `EventSource` or a script. A HEAD
    would ask, and read nothing.
    """
    if request.method == "HEAD":
        raise MethodNotAllowed(["GET", "OPTIONS"])
    if _has_credential():
        return
    if request.headers.get("Sec-Fetch-Mode") in ("navigate", "no-cors"):
        raise Forbidden("This address asks a model: open it with `EventSource` or `fetch`.")
    if not origins.is_welcome(signed_in=g.identity is not None):
        raise Forbidden("Pages of this origin may not ask here.")
    if g.identity and not wants_stream(request):
        raise Forbidden("Send `Accept: text/event-stream`.")


def _has_credential() -> bool:
    """Whether who asks showed more than a cookie, which browsers send by themselves."""
    identity: Identity | None = g.identity
    return identity is not None and identity.via != "cookie"


def require_form_token() -> None:
    """Checks the CSRF token of forms that nobody needs to be signed in for, too: nobody shall be
    signed in by a page of somebody else's (https://owasp.org/www-community/attacks/csrf). Tokens
    fill in none."""
    if request.method in SAFE:
        return
    refuse_credentials()
    check_csrf()


def refuse_credentials() -> None:
    """Raises `Forbidden` for tokens: only a browser signs in."""
    if _has_credential():
        raise Forbidden("No token may do this. Use a browser.")


def check_csrf() -> None:
    """Raises `Forbidden` where the form or the header lacks the session's token.

    Raises `BadRequest` for a form with a field that has no name, which Flask-WTF cannot read.
    """
    if any(name is None for name in request.form):
        raise BadRequest("A field of this form has no name.")
    try:
        csrf.protect()
    except CSRFError:
        raise Forbidden("This page is out of date. Reload it and try again.", code=CSRF) from None


def person() -> Person:
    """On whose behalf the request is served; nobody is refused, and guests where there may be none
    any more: all they can do is sign up or in, and take along what they wrote."""
    identity = required(g.identity)
    if identity.guest and not services().settings.guests:
        raise Unauthenticated("Guests may not chat here any more. Sign up or in: it comes along.")
    return Person(identity.user_id, identity.guest, _network() if identity.guest else "")


def patron() -> Patron:
    """The same, for documents. Administrators are that in their browsers alone."""
    found = person()
    admin = g.identity.admin and g.identity.via == "cookie"
    return Patron(found.id, found.guest, admin)


def check_conversation(id: str) -> None:
    """Raises `NotFound` for a conversation that is not the person's own.

    No connection is kept: the body that is read next may come slowly.
    """
    access.check_conversation(services().database, person(), id)


def check_message(id: str) -> None:
    """The same for a message."""
    access.check_message(services().database, person(), id)


def check_may_ask() -> None:
    """Raises `Unauthenticated` for nobody where guests may not chat."""
    if not services().settings.guests:
        person()


def person_or_guest() -> Person:
    """The same, but nobody becomes a guest where guests may chat."""
    identity: Identity | None = g.identity
    if identity is None and services().settings.guests:
        _check_new_guest()
        identity = g.identity = begin_guest(services().database)
    return person()


def person_or_visitor() -> Person:
    """The same for programs, which keep no cookie: nobody is a new guest each time."""
    if g.identity is None and services().settings.guests:
        _check_new_guest()
        g.identity = begin_visit(services().database)
    return person()


def _check_new_guest() -> None:
    """Raises `RateLimited` before a guest is stored who could not ask anyway."""
    services().rates.check_open(services().database, Person("", True, _network()))


def _network() -> str:
    return network_of(request.remote_addr or "")
