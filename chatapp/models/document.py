"""Documents: what answers can rest on, and the passages that they are searched by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, Moment, make_id, now

LONGEST_NAME = 500


class Document(Base):
    """A file that somebody added; of the library about chatapp itself where `user_id` is None.

    `name` is the path below the folder that was added, `size` counts the bytes of the file and
    `checksum` is their SHA-256 in hexadecimal. It is `titled` where a person chose the title, and
    else reading the file finds one. `error` says in words why it `failed`.

    Until `claimed_until`, in seconds since 1970, the process that made this `claim` is indexing
    it. One that is queued waits since then.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("user_id", "checksum"),
        Index("ix_documents_listed", "user_id", "created_at"),
        Index("ix_documents_named", "user_id", "name"),
        Index("ix_documents_shared", "shared"),
        Index("ix_documents_state", "state", "claimed_until"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=make_id)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    title: Mapped[str] = mapped_column(Text)
    titled: Mapped[bool] = mapped_column(default=False, server_default=false())
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    checksum: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    error: Mapped[str | None] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[float] = mapped_column(Float(53), default=0.0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    indexed_at: Mapped[datetime | None] = mapped_column(Moment)


class DocumentFile(Base):
    """The bytes of a document as they were added, so that any node can read them, and anew."""

    __tablename__ = "document_files"

    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentText(Base):
    """The words of a document, in Markdown; passages are pieces of it."""

    __tablename__ = "document_texts"

    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str] = mapped_column(Text)


class Passage(Base):
    """A piece of a document's text, from `start` up to `end` in code points.

    `heading` is the breadcrumb of headings above it, joined by ` › `.
    """

    __tablename__ = "passages"
    __table_args__ = (UniqueConstraint("document_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    position: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    heading: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
