"""Words that a person keeps, to ask with them again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, Moment, make_id, now


class SavedPrompt(Base):
    """`content` under a `title`, by which it is found; two may have the same."""

    __tablename__ = "saved_prompts"
    __table_args__ = (Index("ix_saved_prompts_listed", "user_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=make_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(80))
    content: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)
