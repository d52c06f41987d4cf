"""The session cookie."""

from __future__ import annotations

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class BrowserCookie(SecureCookieSessionInterface):
    """Flask's own signed cookie, sent over HTTPS alone where the browser came by HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the request came by HTTPS, as far as trusted proxies tell."""
        return request.is_secure

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds; without one there is no signature to prepare for."""
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Sends the cookie where it is another; who uses none is spared its many options."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)
