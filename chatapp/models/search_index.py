"""What documents are found by. Each database keeps its own index of it: migration 0018."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base

FULLTEXT = "passage_search"
"""How the names of all begin that belongs to one database alone."""


class PassageTerms(Base):
    """A passage as terms, joined by blanks: those of its document's title, its heading, its words.

    SQLite indexes them by triggers in a table of its module FTS5, PostgreSQL in a column of type
    `tsvector` that it computes; so an index never holds what is not here, whatever deletes it.
    """

    __tablename__ = "passage_terms"

    passage_id: Mapped[int] = mapped_column(
        ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True
    )
    title: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)


class IndexedLanguage(Base):
    """A language that some document was analysed in, at some time: questions are, in each."""

    __tablename__ = "indexed_languages"

    language: Mapped[str] = mapped_column(String(8), primary_key=True)


def is_in_models(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Whether something in the database is to be compared with the models (Alembic's
    `include_name`): what a database keeps for its full-text search is not."""
    return not (name or "").startswith((FULLTEXT, f"ix_{FULLTEXT}"))
