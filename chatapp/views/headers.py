"""What browsers are told with every answer: what may run in it, and who may look into it.

Errors, static files and streamed pages are no exceptions; what a view says itself stands.
"""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TypeVar

from flask import Flask, g, request
from werkzeug.wrappers import Response

PAGE = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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
    ("Permissions-Policy", ", ".join(f"{feature}=()" for feature in UNUSED)),
    ("Cache-Control", "private, no-cache"),  # nobody keeps a copy without asking again
)
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
    """Gives every answer its headers, and templates the `nonce()` of the page's scripts."""
    app.jinja_env.globals["nonce"] = nonce
    app.after_request(protect)


def nonce() -> str:
    """What the scripts of this page, and of no other, are known by."""
    if "nonce" not in g:
        g.nonce = token_urlsafe(16)
    return str(g.nonce)


def protect(response: Response) -> Response:
    """Adds what the answer does not say itself."""
    said = {name for name, _ in response.headers}
    headers = (*ALWAYS, *BEHIND_HTTPS) if request.is_secure else ALWAYS
    policy = ("Content-Security-Policy", _policy(response))
    response.headers.extend([each for each in (policy, *headers) if each[0] not in said])
    if "language" in g:
        _tell_language(response)
    return response


def _tell_language(response: Response) -> None:
    """What was put into words is in the words of one reader."""
    response.headers["Content-Language"] = g.language.code
    response.vary.update(("Accept-Language", "Cookie"))


def _policy(response: Response) -> str:
    if response.mimetype != "text/html":
        return ANYTHING_ELSE
    return PAGE.format(scripts=f"'nonce-{g.nonce}'" if "nonce" in g else "'none'")
