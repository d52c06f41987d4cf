"""Conversations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, Moment, make_id, now


class Conversation(Base):
    """What one person and a model said to each other, and how the model was set up for it.

    `digest` tells a repeated creation from another one that uses the same `client_id`. One that is
    `kept_until` a moment belongs to a program, which keeps its own list: people are not shown it.
    One that was `deleted_at` a moment can be brought back until then.
    It is `illustrated` once pictures came with a question. `use_documents` is what an assistant
    said of it that is gone; else the assistant is asked.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "ix_conversations_shown",
            *("user_id", "kept_until", "updated_at", "id", "archived", "pinned"),
        ),
        Index("ix_conversations_kept_until", "kept_until"),
        Index("ix_conversations_assistant", "assistant_id"),
        UniqueConstraint("user_id", "client_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=make_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200), default="")
    assistant_id: Mapped[str | None] = mapped_column(String(32))
    model: Mapped[str | None] = mapped_column(String(200))
    instructions: Mapped[str | None] = mapped_column(Text)
    temperature: Mapped[float | None]
    document_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    use_documents: Mapped[bool | None]
    client_id: Mapped[str | None] = mapped_column(String(128))
    digest: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)
    kept_until: Mapped[datetime | None] = mapped_column(Moment)
    pinned: Mapped[bool] = mapped_column(server_default=false())
    archived: Mapped[bool] = mapped_column(server_default=false())
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    illustrated: Mapped[bool] = mapped_column(server_default=false())
