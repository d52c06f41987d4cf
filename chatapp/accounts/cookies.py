"""The session cookie."""

from __future__ import annotations

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class BrowserCookie(SecureCookieSessionInterface):
    """Flask's own signed cookie, sent over HTTPS alone where the browser came by HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the request came by HTTPS, as far as trusted proxies tell."""
        return request.is_secure

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds; without one there is no signature to prepare for."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)
