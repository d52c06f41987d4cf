"""What a document is found by: its text, its passages and their terms."""

from __future__ import annotations

from pathlib import PurePosixPath

from sqlalchemy import Connection, delete, insert, select, update

from chatapp.knowledge.reading import Reading, ReadPassage
from chatapp.knowledge.terms import analyse, language_of
from chatapp.models import (
    Document,
    DocumentText,
    IndexedLanguage,
    Passage,
    PassageTerms,
    insert_or,
    table,
)


def store(connection: Connection, document_id: str, reading: Reading) -> None:
    """Puts what was read of a stored document in place of what was read before.

    The databases' own indexes follow. It is for the caller to end the transaction.
    """
    remove(connection, document_id)
    text = {"document_id": document_id, "text": reading.text}
    connection.execute(insert(table(DocumentText)).values(text))
    if not reading.passages:
        return
    _remember_language(connection, reading.language)
    rows = [_passage(document_id, *numbered) for numbered in enumerate(reading.passages)]
    connection.execute(insert(table(Passage)), rows)
    title = _title_terms(connection, document_id)
    ids = connection.scalars(
        select(Passage.id).where(Passage.document_id == document_id).order_by(Passage.position)
    )
    terms = [
        {
            "passage_id": id,
            "title": title,
            "heading": passage.heading_terms,
            "content": passage.terms,
        }
        for id, passage in zip(ids, reading.passages, strict=True)
    ]
    connection.execute(insert(table(PassageTerms)), terms)


def remove(connection: Connection, document_id: str) -> None:
    """Forgets what was read of a document; the document itself stays."""
    connection.execute(delete(Passage).where(Passage.document_id == document_id))
    connection.execute(delete(DocumentText).where(DocumentText.document_id == document_id))


def retitle(connection: Connection, document_id: str) -> None:
    """Lets a document be found by the title that it has now."""
    passages = select(Passage.id).where(Passage.document_id == document_id)
    changed = update(PassageTerms).where(PassageTerms.passage_id.in_(passages))
    connection.execute(changed.values(title=_title_terms(connection, document_id)))


def _passage(document_id: str, position: int, passage: ReadPassage) -> dict[str, object]:
    return {
        "document_id": document_id,
        "position": position,
        "start": passage.start,
        "end": passage.end,
        "heading": passage.heading,
        "content": passage.content,
    }


def _title_terms(connection: Connection, document_id: str) -> str:
    """The terms of a document's title, and of the path below the folder that was added."""
    named = select(Document.title, Document.name).where(Document.id == document_id)
    document = connection.execute(named).one()
    path = PurePosixPath(document.name).with_suffix("")
    terms = analyse(document.title, language_of(document.title))
    return " ".join(dict.fromkeys([*terms, *analyse(" ".join(path.parts), "")]))


def _remember_language(connection: Connection, language: str) -> None:
    known = insert_or(table(IndexedLanguage), connection.dialect.name).values(language=language)
    connection.execute(known.on_conflict_do_nothing())
