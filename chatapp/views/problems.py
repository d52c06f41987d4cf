"""Errors as a client reads them: problem+json (RFC 9457) on `/api`, a page elsewhere.

A script that asks a page's form for a stream reads a problem, too.
"""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, Response, render_template, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from chatapp import sse
from chatapp.errors import RateLimited, RequestError, Unauthenticated, Unavailable
from chatapp.live.store.base import StoreUnavailable
from chatapp.models.database import is_gone
from chatapp.views import given_back, language, openai_errors
from chatapp.views.streams import wants_stream

log = logging.getLogger(__name__)

CODES = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
GUIDES: dict[str, tuple[str, ...]] = {
    "/events": (),
    "/hello": ("error",),
    "/api/chat": ("error", "message"),
    "/api/chat/stream": ("error", "message"),
    "/api/users": ("error",),
    "/api/users/stream": ("error",),
    "/api/coach/stream": ("error",),
    "/api/chat-rooms/<id>/stream": ("error",),
}
"""Addresses whose clients know JSON and no problems, and the members they expect words in."""

_ROOM = re.compile(r"/api/chat-rooms/[^/]*/stream")

PROBLEM = "application/problem+json"

SIGN_IN = "Sign in to go on."
"""What people read who are nobody yet; programs read of tokens."""

AWAY = "The database cannot be reached just now. Try again in a moment."


def register(app: Flask) -> None:
    """Makes every error an answer that says what to do."""
    app.register_error_handler(RequestError, refuse)
    app.register_error_handler(HTTPException, refuse_http)
    app.register_error_handler(DBAPIError, refuse_for_database)
    app.register_error_handler(NoConnectionFree, refuse_for_database)
    app.register_error_handler(StoreUnavailable, refuse_for_database)
    app.register_error_handler(Exception, fail)


def refuse(error: RequestError) -> Response:
    """Something that cannot be served."""
    response = answer(error.status, error.reason, str(error), error.param)
    if isinstance(error, RateLimited | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = _challenge()
    return response


def _challenge() -> str:
    """RFC 6750: a credential was missing, or the one that was sent is not valid."""
    return 'Bearer error="invalid_token"' if _shows_token() else "Bearer"


def _shows_token() -> bool:
    return "Authorization" in request.headers


def refuse_http(error: HTTPException) -> Response:
    """What Flask itself refuses."""
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]  # a redirect of the router
    if isinstance(error, RequestEntityTooLarge):
        words = "This is larger than the server accepts."
    else:
        words = error.description or HTTPStatus(status).phrase
    response = answer(status, CODES.get(status, "error"), words)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def refuse_for_database(error: Exception) -> Response:
    """The database is away: nothing was changed, and the same may be sent again."""
    if isinstance(error, DBAPIError) and not is_gone(error):
        return fail(error)
    log.warning("the database is away: %s", error.__cause__ or error)
    return refuse(Unavailable(AWAY))


def fail(error: Exception) -> Response:
    """A fault of ours."""
    log.error("a request failed", exc_info=error)
    return answer(500, "internal_error", "Something went wrong here. Try again.")


def media_type(path: str) -> str:
    """The kind of an error on an address for programs."""
    plain = _members(path) is not None or path.startswith(openai_errors.PREFIX)
    return "application/json" if plain else PROBLEM


def _members(path: str) -> tuple[str, ...] | None:
    """The members that clients of an address expect words in, where they know no problems."""
    return GUIDES.get(_ROOM.sub("/api/chat-rooms/<id>/stream", path))


def answer(status: int, code: str, words: str, param: str | None = None) -> Response:
    """The error in the form that this part of the site speaks."""
    path = request.path
    if path.startswith(openai_errors.PREFIX):
        return openai_errors.refuse(status, code, words, param)
    expected = _members(path)
    if path.startswith(("/api/", "/attachments")) or expected is not None or wants_stream(request):
        words = language.tell(words)
        members = dict.fromkeys(expected or (), words)
        return problem(status, code, words, mimetype=media_type(path), **members)
    return _page(status, words)


def _page(status: int, words: str) -> Response:
    title = language.tell(HTTPStatus(status).phrase)
    shown = {"status": status, "title": title, "words": language.tell(words), "sign_in": ""}
    composer = given_back.composer(status)
    if status == Unauthenticated.status:
        shown["sign_in"] = _sign_in()
        if not (_shows_token() or "ticket" in request.args):
            shown["words"] = language.tell(SIGN_IN)
    return Response(render_template("errors/error.html", **shown, composer=composer), status)


def _sign_in() -> str:
    """Where to sign in, and come back to this page from."""
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return f"/login?{urlencode({'next': back})}"


def problem(
    status: int, code: str, words: str, *, mimetype: str = PROBLEM, **members: str
) -> Response:
    """An RFC 9457 problem, perhaps with `members` beside; the title is the status in words."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": words,
        "code": code,
        **members,
    }
    return Response(sse.encode_json(body), status, mimetype=mimetype)
