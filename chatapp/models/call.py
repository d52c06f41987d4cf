"""Calls: answers that nothing is kept of, while they are being written."""

from __future__ import annotations

from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base


class CallRow(Base):
    """One call to a model in a person's name; `leased_until` is in seconds since 1970."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    owner: Mapped[str] = mapped_column(String(64), index=True)
    leased_until: Mapped[float] = mapped_column(Float(53), index=True)
