"""Responses: what a client of OpenAI's Responses API asked for an answer with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base


class ResponseRow(Base):
    """The request that an answer belongs to.

    `input` are its items as they were sent, `settings` what every showing of the response
    repeats, and `previous_id` the answer whose conversation it goes on with.
    """

    __tablename__ = "responses"

    message_id: Mapped[str] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    previous_id: Mapped[str | None] = mapped_column(String(32))
    input: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
