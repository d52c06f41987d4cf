"""Assistants: personas that people make, for themselves or for everybody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, Moment, make_id, now


class Assistant(Base):
    """How a model is to answer in the conversations that use it; `user_id` is who made it.

    Its picture is a `letter` on a `colour`. Without `document_ids` it answers from all that the
    person may read who asks, and from nothing where it does not `use_documents`.
    """

    __tablename__ = "assistants"
    __table_args__ = (
        Index("ix_assistants_listed", "user_id", "created_at"),
        Index("ix_assistants_shared", "shared", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=make_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    letter: Mapped[str] = mapped_column(String(8))
    colour: Mapped[str] = mapped_column(String(16))
    description: Mapped[str] = mapped_column(String(200), default="")
    instructions: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[str | None] = mapped_column(String(200))
    temperature: Mapped[float | None]
    use_documents: Mapped[bool] = mapped_column(default=True)
    document_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    opening_questions: Mapped[list[str]] = mapped_column(JSON, default=list)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)
