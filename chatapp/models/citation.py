"""What answers rest on: many messages cite many pieces of knowledge."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Float, ForeignKey, String, Text, insert
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, table
from chatapp.models.prepared import Prepared
from chatapp.parts import Part, sources_of

LONGEST_ID = 200


class Citation(Base):
    """A passage of some knowledge in an answer; `number` counts those of one answer from 1, and
    the first one is what the answer rests on before all.

    Title and words are the answer's own: they stay as they were when the knowledge goes. A
    document that is kept here is cited by one of its passages, with the score it had.
    """

    __tablename__ = "citations"

    message_id: Mapped[str] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    knowledge_id: Mapped[str] = mapped_column(String(LONGEST_ID), index=True)
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    document_name: Mapped[str | None] = mapped_column(Text)
    passage_id: Mapped[int | None]
    score: Mapped[float | None] = mapped_column(Float(53))


_INSERT = Prepared(
    insert(table(Citation)),
    "message_id",
    "number",
    "knowledge_id",
    "title",
    "content",
    "url",
    "document_name",
    "passage_id",
    "score",
)


def cite(connection: Connection, message_id: str, parts: Iterable[Part]) -> None:
    """Keeps what an answer with these parts rests on; it has not been kept before."""
    rows = [
        {
            "message_id": message_id,
            "number": number,
            "knowledge_id": source.id[:LONGEST_ID],
            "title": source.title,
            "content": source.content,
            "url": source.url,
            "document_name": source.document_name,
            "passage_id": source.passage_id,
            "score": source.score,
        }
        for number, source in enumerate(sources_of(parts), 1)
    ]
    if rows:
        _INSERT.run_each(connection, rows)
