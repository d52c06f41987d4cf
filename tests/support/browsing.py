"""A browser without scripts in which somebody is signed in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, delete, insert
from werkzeug.test import TestResponse

from chatapp.accounts.identity import SESSION_KEY
from chatapp.chat.services import Services
from chatapp.models import BrowserSession, User, make_id


@dataclass
class Browsing:
    """It keeps its cookie, and sends the token of the forms it was shown."""

    client: FlaskClient
    user_id: str

    @property
    def token(self) -> str:
        """What a form must carry."""
        me = self.client.get("/api/me").json
        assert me is not None
        return str(me["csrf_token"])

    def get(self, path: str, **headers: str) -> TestResponse:
        """Opens a page."""
        return self.client.get(path, headers=headers)

    def post(self, path: str, **fields: object) -> TestResponse:
        """Sends a form; a list is several fields of one name."""
        return self.client.post(path, data={"csrf_token": self.token} | fields)

    def call(self, method: str, path: str, json: object = None) -> TestResponse:
        """A request of the page's own script."""
        headers = {"X-CSRFToken": self.token}
        return self.client.open(path, method=method, json=json, headers=headers)

    def end_session(self, services: Services) -> None:
        """Ends all sessions of the person, as signing out does."""
        ended = delete(BrowserSession).where(BrowserSession.user_id == self.user_id)
        services.database.write(lambda connection: connection.execute(ended))


def signed_in(
    app: Flask, services: Services, email: str | None, *, admin: bool = False
) -> Browsing:
    """Somebody with an account, or a guest where there is no address; a password is not needed."""
    user_id, session_id = make_id(), secrets.token_urlsafe(24)

    def store(connection: Connection) -> None:
        connection.execute(insert(User).values(id=user_id, email=email, is_admin=admin))
        connection.execute(insert(BrowserSession).values(id=session_id, user_id=user_id))

    services.database.write(store)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[SESSION_KEY] = session_id
        cookie.permanent = True
    return Browsing(client, user_id)
