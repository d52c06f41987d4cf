"""Readers of files that do what a test tells them."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Event

from sqlalchemy import Connection, delete, insert

from chatapp.errors import Unreadable
from chatapp.knowledge.reading import Reading
from chatapp.models import DocumentText

PATIENCE = 10.0


class Gate:
    """A file that is being read, until a test says what it says."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.content = content
        self._opened = Event()
        self._outcome: Reading | Exception | None = None

    def say(self, text: str, title: str = "") -> None:
        """Lets the reading end well."""
        self._open(reading(text, title))

    def refuse(self, words: str) -> None:
        """Lets it end badly."""
        self._open(Unreadable(words))

    def fail(self, error: Exception) -> None:
        """Lets it end as it never should."""
        self._open(error)

    def _open(self, outcome: Reading | Exception) -> None:
        self._outcome = outcome
        self._opened.set()

    def wait(self) -> Reading:
        """What it says, once that is known."""
        assert self._opened.wait(PATIENCE)
        if isinstance(self._outcome, Exception):
            raise self._outcome
        assert self._outcome
        return self._outcome


class Told:
    """A reader: each file is read when the test says what it says."""

    def __init__(self) -> None:
        self.closed = False
        self._gates: Queue[Gate] = Queue()

    def read(self, name: str, content: bytes) -> Reading:
        """What the test says."""
        gate = Gate(name, content)
        self._gates.put(gate)
        return gate.wait()

    def close(self) -> None:
        """Reads no more."""
        self.closed = True

    def next(self) -> Gate:
        """The file that is being read; fails where none is."""
        return self._gates.get(timeout=PATIENCE)

    @property
    def idle(self) -> bool:
        """Whether no file waits for the test's words."""
        return self._gates.empty()


class AtOnce:
    """A reader: the bytes of a file are its text."""

    def __init__(self, title: Callable[[str], str] = lambda _: "") -> None:
        self._title = title

    def read(self, name: str, content: bytes) -> Reading:
        """The text."""
        return reading(content.decode(), self._title(name))

    def close(self) -> None:
        """Nothing is held."""


def reading(text: str, title: str = "") -> Reading:
    """A text without passages."""
    return Reading(title, "text/markdown", "en", text, ())


def store_text(connection: Connection, document_id: str, reading: Reading) -> None:
    """Keeps a text without passages."""
    connection.execute(delete(DocumentText).where(DocumentText.document_id == document_id))
    made = insert(DocumentText).values(document_id=document_id, text=reading.text)
    connection.execute(made)
