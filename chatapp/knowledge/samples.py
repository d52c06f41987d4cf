"""The library about chatapp itself: help pages that everybody may read, and nobody changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from chatapp.knowledge import index
from chatapp.knowledge.reader import Reader
from chatapp.knowledge.reading import Reading, ReadPassage
from chatapp.knowledge.terms import analyse
from chatapp.models import Database, Document, DocumentFile, now, table

_ALSO = re.compile(r"<!-- also: (.*?) -->", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the library; its id is made of its name, so that a new edition keeps it."""

    name: str
    content: bytes

    @property
    def id(self) -> str:
        """The id of its document."""
        return "help" + hashlib.sha256(self.name.encode()).hexdigest()[:20]

    @property
    def checksum(self) -> str:
        """SHA-256 of the page, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def pages(folder: Path) -> list[Page]:
    """The Markdown files of a folder."""
    return [Page(path.name, path.read_bytes()) for path in sorted(folder.glob("*.md"))]


def install(database: Database, folder: Path) -> int:
    """Brings the library to the pages of a folder; how many were read anew.

    Doing it again, or in several processes at once, changes nothing more.
    """
    wanted = {page.id: page for page in pages(folder)}
    known = database.read(_known)
    new = [page for id, page in wanted.items() if known.get(id) != page.checksum]
    gone = known.keys() - wanted.keys()
    if new or gone:
        readings = _read(new)
        database.write(lambda connection: _store(connection, readings, gone))
    return len(new)


def _known(connection: Connection) -> dict[str, str]:
    ours = select(Document.id, Document.checksum).where(Document.user_id.is_(None))
    return {row.id: row.checksum for row in connection.execute(ours)}


def _read(new: Iterable[Page]) -> list[tuple[Page, Reading]]:
    reader = Reader()
    try:
        return [(page, _read_page(reader, page)) for page in new]
    finally:
        reader.close()


def _store(
    connection: Connection, readings: Iterable[tuple[Page, Reading]], gone: Iterable[str]
) -> None:
    for id in gone:
        connection.execute(delete(Document).where(Document.id == id))
    for page, reading in readings:
        connection.execute(delete(Document).where(Document.id == page.id))
        connection.execute(insert(table(Document)).values(_row(page, reading)))
        file = {"document_id": page.id, "content": page.content}
        connection.execute(insert(table(DocumentFile)).values(file))
        index.store(connection, page.id, reading)


def _row(page: Page, reading: Reading) -> dict[str, object]:
    return {
        "id": page.id,
        "user_id": None,
        "name": page.name,
        "title": reading.title,
        "media_type": reading.media_type,
        "size": len(page.content),
        "checksum": page.checksum,
        "state": "ready",
        "indexed_at": now(),
    }


def _read_page(reader: Reader, page: Page) -> Reading:
    """A section is also found by the words that its page names in a comment, and does not show."""
    reading = reader.read(page.name, page.content)
    words = _more_words(page.content.decode())
    passages = tuple(_enriched(each, words, reading.language) for each in reading.passages)
    return replace(reading, passages=passages)


def _more_words(text: str) -> dict[str, str]:
    """By heading, what the comment below it says."""
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    found = {}
    for heading, end in zip(headings, ends, strict=True):
        if also := _ALSO.search(text, heading.end(), end):
            found[heading[1].strip()] = also[1]
    return found


def _enriched(passage: ReadPassage, words: dict[str, str], language: str) -> ReadPassage:
    shown = f"{passage.heading}\n{passage.content}"
    more = " ".join(words[heading] for heading in words if heading in shown)
    if not more:
        return passage
    terms = " ".join([passage.heading_terms, *analyse(more, language)])
    return replace(passage, heading_terms=terms)
