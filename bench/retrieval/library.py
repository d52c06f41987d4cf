"""A chatapp that holds a folder of documents, and is asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import msgspec

from bench.retrieval.questions import Asked, Found, Question
from tests.support.instance import EMAIL, Instance
from tests.support.processes import started

DEPTH = 10
"""How many documents a search shows."""


class _Item(msgspec.Struct):
    document_name: str
    score: float


class _Items(msgspec.Struct):
    items: list[_Item]


class Library:
    """A running installation with documents in it."""

    def __init__(self, instance: Instance, port: int) -> None:
        self._headers = instance.headers
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, question: Question) -> Asked:
        """What a search for the question alone finds."""
        return Asked(question, self.find(question.question))

    def find(self, words: str) -> tuple[Found, ...]:
        """The documents that `GET /api/passages` finds, the best first."""
        path = f"/api/passages?limit={DEPTH}&query={quote(words)}"
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {body[:500]!r}")
        items = msgspec.json.decode(body, type=_Items).items
        return tuple(Found(item.document_name, item.score) for item in items)

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()


@contextmanager
def library(folder: Path, documents: Path, database: str) -> Iterator[Library]:
    """All documents below a folder, added by the command that people use to a new database.

    `database` is its URL, empty for SQLite in `folder`, which is made.
    """
    folder.mkdir()
    instance = Instance(folder, {"DATABASE_URL": database} if database else {})
    instance.flask("documents", "add", EMAIL, str(documents))
    with started(instance.gunicorn()) as program:
        opened = Library(instance, program.port)
        try:
            yield opened
        finally:
            opened.close()
