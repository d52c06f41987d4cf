"""Files that are added while others read their answers: many, a long one, and a hostile one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

import msgspec

from bench.retrieval import invented
from tests.support import files

PAGES = 300
BOMB = 400_000_000
"""Bytes that a Word document of 2 MB unpacks to."""


class _Document(msgspec.Struct):
    id: str
    state: str


class _Documents(msgspec.Struct):
    items: list[_Document]


def hostile() -> Iterator[tuple[str, bytes]]:
    """A PDF of 300 pages, and a Word document that unpacks to some two hundred times its size."""
    lines = [f"Line {number} of a page that says little, as many do." for number in range(40)]
    yield "long.pdf", files.pdf([files.printed(f"Page {page}", *lines) for page in range(PAGES)])
    yield "bomb.docx", files.docx("<w:p/>" + " " * BOMB)


def markdown(folder: Path, count: int) -> Iterator[tuple[str, bytes]]:
    """So many documents of twenty passages each."""
    for number, text in enumerate(invented.documents(folder, count, seed=1)):
        yield f"document-{number}.md", text.encode()


class Uploader:
    """Adds files by the API, and asks what became of them."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._headers = headers
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def add(self, uploads: Iterable[tuple[str, bytes]]) -> list[str]:
        """Adds each file in a request of its own; gives the ids of their documents."""
        return [self._add(name, content) for name, content in uploads]

    def states(self, ids: Iterable[str]) -> list[str]:
        """The states of documents, in their order."""
        return [self._state(each) for each in ids]

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()

    def _add(self, name: str, content: bytes) -> str:
        boundary = uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        said = self._request("POST", "/api/documents", body, kind)
        return msgspec.json.decode(said, type=_Documents).items[0].id

    def _state(self, id: str) -> str:
        return msgspec.json.decode(
            self._request("GET", f"/api/documents/{id}"), type=_Document
        ).state

    def _request(
        self, method: str, path: str, body: bytes | None = None, more: dict[str, str] | None = None
    ) -> bytes:
        self._connection.request(method, path, body, self._headers | (more or {}))
        response = self._connection.getresponse()
        said = response.read()
        if response.status not in (200, 202):
            raise RuntimeError(f"{method} {path}: {response.status} {said[:500]!r}")
        return said
