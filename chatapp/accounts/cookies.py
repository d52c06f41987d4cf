"""The session cookie."""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface


class BrowserCookie(SecureCookieSessionInterface):
    """Flask's own signed cookie, sent over HTTPS alone where the browser came by HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the request came by HTTPS, as far as trusted proxies tell."""
        return request.is_secure
