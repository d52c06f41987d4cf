"""A browser without scripts: it keeps cookies, and sends the forms that it was shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HERE = "127.0.0.1"
ELSEWHERE = "203.0.113.7"
PASSWORD = "correct horse"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')


@dataclass
class Visitor:
    """Somebody at an `address`, who looks for a `host`."""

    client: FlaskClient
    address: str = HERE
    host: str = "localhost"
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> TestResponse:
        """Opens a page."""
        return self._open("GET", path)

    def send(self, path: str, page: str | None = None, **fields: str) -> TestResponse:
        """Sends a form of a page: the one named, or that at the same path, or else the first."""
        pages = (self.get(shown).text for shown in (page or path, "/"))
        tokens = (token for shown in pages for token in _TOKEN.findall(shown))
        return self._open("POST", path, data={"csrf_token": unescape(next(tokens))} | fields)

    def post(self, path: str, **fields: str) -> TestResponse:
        """Sends fields without having seen a form."""
        return self._open("POST", path, data=fields)

    def sign_up(self, email: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Makes an account."""
        return self.send("/signup", email=email, password=password, **fields)

    def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Uses one."""
        return self.send("/login", email=email, password=password, **fields)

    @property
    def name(self) -> str | None:
        """Who the page says is signed in."""
        found = re.search(r'class="visitor__name".*?<span>([^<]*)</span>', self.get("/").text)
        return unescape(found[1]) if found else None

    def _open(self, method: str, path: str, **options: object) -> TestResponse:
        return self.client.open(
            path,
            method=method,
            base_url=f"http://{self.host}/",
            headers=self.headers,
            environ_overrides={"REMOTE_ADDR": self.address},
            **options,  # type: ignore[arg-type]
        )


def trouble(response: TestResponse) -> str:
    """What a form that is shown again says."""
    found = re.search(r'role="alert"><p>([^<]*)</p>', response.text)
    assert found, response.text
    return unescape(found[1])
