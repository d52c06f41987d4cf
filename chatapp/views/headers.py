"""What browsers are told with every answer: what may run in it, and who may look into it.

Errors, static files and streamed pages are no exceptions; what a view says itself stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from flask import Flask, g
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Said: TypeAlias = list[tuple[str, str]]

PAGE = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""A page runs the scripts that carry its own nonce, and reaches nobody but us."""

ANYTHING_ELSE = "default-src 'none'; frame-ancestors 'none'"
"""Data that somebody opens as if it were a page."""

UNUSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
)  # fmt: skip
"""What no page of ours asks a browser for."""

ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "private, no-cache"),  # nobody keeps a copy without asking again
)
PERMISSIONS = ("Permissions-Policy", ", ".join(f"{feature}=()" for feature in UNUSED))
NO_DOCUMENTS = ("text/css", "text/javascript", "application/javascript")
"""What asks for nothing itself: it runs in a page, with the page's permissions. A chat loads three
dozen of these, and its permissions are 300 bytes."""

BEHIND_HTTPS = (
    ("Strict-Transport-Security", "max-age=31536000"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


R = TypeVar("R", bound=Response)


def unkept(response: R) -> R:
    """An answer with something that is shown this once: no cache keeps it."""
    response.headers["Cache-Control"] = "no-store"
    return response


def forgotten(response: R) -> R:
    """An answer behind which nothing is left: whoever uses the browser next presses Back, too."""
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def register(app: Flask) -> None:
    """Gives every answer its headers, and templates the `nonce()` of the page's scripts.

    They are added to the list that goes out: Flask would add them one by one, and look at each.
    """
    app.jinja_env.globals["nonce"] = nonce
    app.after_request(_tell_language)
    serve = app.wsgi_app

    def protected(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, said: Said, *failed: Any) -> Any:
            return start_response(status, said + _unsaid(said, environ), *failed)

        return serve(environ, start)

    app.wsgi_app = protected  # type: ignore[method-assign]


def nonce() -> str:
    """What the scripts of this page, and of no other, are known by."""
    if "nonce" not in g:
        g.nonce = token_urlsafe(16)
    return str(g.nonce)


def _tell_language(response: Response) -> Response:
    """What was put into words is in the words of one reader."""
    if "language" in g:
        response.headers["Content-Language"] = g.language.code
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _unsaid(said: Said, environ: WSGIEnvironment) -> Said:
    """What the answer does not say itself."""
    names = dict(said)
    headers = (*ALWAYS, *BEHIND_HTTPS) if environ["wsgi.url_scheme"] == "https" else ALWAYS
    content_type = names.get("Content-Type", "")
    if not content_type.startswith(NO_DOCUMENTS):
        headers = (*headers, PERMISSIONS)
    policy = ("Content-Security-Policy", _policy(content_type))
    return [each for each in (policy, *headers) if each[0] not in names]


def _policy(content_type: str) -> str:
    if not content_type.startswith("text/html"):
        return ANYTHING_ELSE
    return PAGE.format(scripts=f"'nonce-{g.nonce}'" if "nonce" in g else "'none'")
