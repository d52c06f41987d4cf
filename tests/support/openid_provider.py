"""An OpenID provider in a process of its own: `python -m tests.support.openid_provider PORT`.

The server is a library's. What it lacks is added around it: it refuses codes whose verifier is not
the one that the sign-in began with (RFC 7636), and it can be told to lie.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.processes import Command, Program, started

ROOT = Path(__file__).resolve().parents[2]
StartResponse = Callable[..., Any]


class Guarded:
    """The provider behind a check of verifiers. `POST /lie` sets what its documents say falsely."""

    def __init__(self, provider: Callable[..., Iterable[bytes]]) -> None:
        self._provider = provider
        self._challenges: dict[str, str] = {}
        self._lies: dict[str, object] = {}

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Serves one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        where = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if where == ("POST", "/lie"):
            self._lies = json.loads(body)
            return _answer(start, "200 OK", {})
        if where == ("POST", "/oauth2/token") and not self._is_verified(body):
            return _answer(start, "400 Bad Request", {"error": "invalid_grant"})
        if where == ("POST", "/oauth2/authorize"):
            return self._provider(environ, self._noting(environ, start))
        if where == ("GET", "/.well-known/openid-configuration") and self._lies:
            return self._discover(environ, start)
        return self._provider(environ, start)

    def _noting(self, environ: dict[str, Any], start: StartResponse) -> StartResponse:
        """Notes which challenge the code belongs to that the provider gives out."""
        asked = parse_qs(environ["QUERY_STRING"])

        def noting(status: str, headers: list[tuple[str, str]], *more: object) -> Any:
            code = parse_qs(urlsplit(dict(headers).get("Location", "")).query).get("code")
            if code and asked.get("code_challenge_method") == ["S256"]:
                self._challenges[code[0]] = asked["code_challenge"][0]
            return start(status, headers, *more)

        return noting

    def _is_verified(self, body: bytes) -> bool:
        sent = parse_qs(body.decode())
        digest = hashlib.sha256(sent.get("code_verifier", [""])[0].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return self._challenges.get(sent.get("code", [""])[0]) == challenge

    def _discover(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        if "body" in self._lies:
            return _answer(start, "200 OK", self._lies["body"])
        document = b"".join(self._provider(environ, lambda *_: None))
        return _answer(start, "200 OK", json.loads(document) | self._lies)


def _answer(start: StartResponse, status: str, value: object) -> Iterable[bytes]:
    start(status, [("Content-Type", "application/json")])
    return [json.dumps(value).encode()]


def provider(folder: Path) -> AbstractContextManager[Program]:
    """The process, for as long as the block lasts."""

    def argv(port: int) -> list[str]:
        return [sys.executable, "-W", "ignore", "-m", "tests.support.openid_provider", str(port)]

    env = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1", "PYTHONPATH": str(ROOT)}
    return started(Command(argv, log=folder / "provider.log", cwd=ROOT, env=env))


def query_of(address: str) -> dict[str, str]:
    """What an address asks."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def with_query(address: str, **changed: str) -> str:
    """The address with some of what it asks changed."""
    return f"{address.partition('?')[0]}?{urlencode(query_of(address) | changed)}"


def _serve(port: int) -> None:
    import oidc_provider_mock
    from oidc_provider_mock._app import AuthorizationCodeGrant
    from werkzeug.serving import run_simple

    AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "none"]
    run_simple("127.0.0.1", port, Guarded(oidc_provider_mock.app()), threaded=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
