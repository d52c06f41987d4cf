"""Whose page sent a request: browsers tell it in `Origin`, and no page can forge that."""

from __future__ import annotations

import re

from flask import Flask, request

from chatapp.extensions import cors
from chatapp.views import services

OPEN = r"/(api|v1)/.*|/events|/hello"
"""Addresses that pages of the origins in `CHATAPP_CORS_ORIGINS` may call."""

_OPEN = re.compile(OPEN)


def register(app: Flask, allowed: tuple[str, ...]) -> None:
    """Lets browsers show the allowed origins what we answer; anybody, but without their cookies,
    where `*` is among them."""
    if not allowed:
        return
    anybody = "*" in allowed
    origins = "*" if anybody else [re.compile(rf"{re.escape(one)}\Z", re.I) for one in allowed]
    cors.init_app(
        app,
        resources={rf"(?:{OPEN})\Z": {"origins": origins}},
        supports_credentials=not anybody,
        send_wildcard=anybody,
        expose_headers=["Retry-After"],
        max_age=600,
    )


def is_ours() -> bool:
    """Whether a page of our own sent the request, or no page: programs name no origin."""
    origin = request.environ.get("HTTP_ORIGIN")
    if origin is None:
        return True
    scheme, _, host = origin.lower().partition("://")
    # Behind a proxy that is not trusted, https looks like http; the host is known all the same.
    return host == request.host.lower() and (
        scheme == "https" or (scheme == "http" and not request.is_secure)
    )


def is_welcome(*, signed_in: bool) -> bool:
    """The same, or a page that `CHATAPP_CORS_ORIGINS` lets in; with a cookie only by its name."""
    if is_ours():
        return True
    allowed = services().settings.cors_origins
    named = request.headers["Origin"].lower() in map(str.lower, allowed)
    anybody = "*" in allowed and not signed_in
    return bool(_OPEN.fullmatch(request.path)) and (named or anybody)
