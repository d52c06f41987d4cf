"""A chatapp of one's own: its folder, its database, one account, its gunicorn."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path

from tests.support.processes import Command

ROOT = Path(__file__).resolve().parents[2]
_BIN = Path(sys.executable).parent
EMAIL = "someone@example.org"


class Installation:
    """An installation in `folder` that knows nothing of the machine's own settings.

    `settings` are chatapp's environment variables. Commands run in the folder, so that no `.env`
    of the checkout reaches them. The database is made, and nobody has an account.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "CHATAPP_INSTANCE": str(folder),
            "SECRET_KEY": secrets.token_hex(),
            "CHATAPP_RATE_LIMIT": "100000/minute",
            **settings,
        }
        self.flask("db", "upgrade")

    def flask(self, *arguments: str, stdin: str = "") -> str:
        """Runs a command of Flask's CLI and returns what it printed."""
        argv = [str(_BIN / "flask"), "--app", str(ROOT / "wsgi.py"), *arguments]
        done = subprocess.run(
            argv, cwd=self.folder, env=self.env, input=stdin, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def gunicorn(self, workers: int = 1, *more: str) -> Command:
        """How to start the server, with `more` options."""

        def argv(port: int) -> list[str]:
            options = ["-w", str(workers), "-b", f"127.0.0.1:{port}"]
            conf = ROOT / "gunicorn.conf.py"
            return [str(_BIN / "gunicorn"), "-c", str(conf), *options, *more, "wsgi:app"]

        return Command(argv, log=self.folder / "gunicorn.log", cwd=self.folder, env=self.env)

    def development(self) -> Command:
        """How to start the development server, without its reloader."""

        def argv(port: int) -> list[str]:
            options = ["run", "--debug", "--no-reload", "--port", str(port)]
            return [str(_BIN / "flask"), "--app", str(ROOT / "wsgi.py"), *options]

        return Command(argv, log=self.folder / "flask.log", cwd=self.folder, env=self.env)


class Instance(Installation):
    """An installation with one account, to which `token` belongs."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        super().__init__(folder, settings)
        self.flask("users", "create", EMAIL, "--password-stdin", stdin=secrets.token_hex())
        self.token = self.flask("tokens", "create", EMAIL, "tests").strip()

    @property
    def headers(self) -> dict[str, str]:
        """What a request of the account carries."""
        return {"Authorization": f"Bearer {self.token}"}

    def create_conversations(self, port: int, count: int) -> list[str]:
        """Creates empty conversations over HTTP and returns their ids."""
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            return [self._create_conversation(connection) for _ in range(count)]
        finally:
            connection.close()

    def _create_conversation(self, connection: HTTPConnection) -> str:
        headers = self.headers | {"Content-Type": "application/json"}
        connection.request("POST", "/api/conversations", "{}", headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 201:
            raise RuntimeError(f"no conversation: {response.status} {body[:500]!r}")
        return str(json.loads(body)["id"])
