"""A document as it is read on a page: its text, formatted, with its passages where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from chatapp.chat.markdown import to_html
from chatapp.greenlets import offload
from chatapp.knowledge.documents import Patron, find, text
from chatapp.models import Database, Passage

PASSAGES_AT_ONCE = 60
"""How many passages a page of a long document has."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words between two passages, or a passage, which has an `id`, as HTML."""

    html: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One of the `count` pages of a document."""

    document: Any
    pieces: Sequence[Piece]
    number: int
    count: int
    cited: int | None


def open_page(
    database: Database, patron: Patron, document_id: str, number: int, cited: int | None
) -> DocumentPage:
    """A page of a document that somebody may read: the one with the passage that is `cited`, where
    the document has it, else the one of this `number`, from 1. Raises `NotFound`."""
    document = find(database, patron, document_id)
    words = text(database, patron, document.id)
    total, position = database.read(lambda c: _place(c, document.id, cited))
    count = max(1, -(-total // PASSAGES_AT_ONCE))
    chosen = number if position is None else position // PASSAGES_AT_ONCE + 1
    chosen = min(max(chosen, 1), count)
    begin, rows = database.read(lambda c: _passages(c, document.id, chosen))
    end = len(words) if chosen == count else rows[-1].end
    pieces = offload(lambda: list(_pieces(words[:end], rows, begin)))
    return DocumentPage(document, pieces, chosen, count, cited if position is not None else None)


def _place(connection: Connection, document_id: str, cited: int | None) -> tuple[int, int | None]:
    """How many passages there are, and which of them is cited, from 0."""
    of_document = Passage.document_id == document_id
    total = connection.scalar(select(func.count()).select_from(Passage).where(of_document))
    place = select(Passage.position).where(of_document, Passage.id == cited)
    return total or 0, connection.scalar(place) if cited is not None else None


def _passages(connection: Connection, document_id: str, number: int) -> tuple[int, Sequence[Any]]:
    """Where a page begins in the text, behind the last passage of the one before; its passages."""
    first = (number - 1) * PASSAGES_AT_ONCE
    of_document = select(Passage.id, Passage.start, Passage.end).where(
        Passage.document_id == document_id
    )
    before = connection.execute(of_document.where(Passage.position == first - 1)).first()
    wanted = of_document.where(
        Passage.position >= first, Passage.position < first + PASSAGES_AT_ONCE
    )
    rows = connection.execute(wanted.order_by(Passage.position)).all()
    return before.end if before else 0, rows


def _pieces(words: str, rows: Sequence[Any], begin: int) -> Iterator[Piece]:
    """The words from `begin` on, piece by piece. It does not raise."""
    place = begin
    for row in rows:
        if words[place : row.start].strip():
            yield Piece(to_html(words[place : row.start]))
        yield Piece(to_html(words[row.start : row.end]), row.id)
        place = row.end
    if words[place:].strip():
        yield Piece(to_html(words[place:]))
