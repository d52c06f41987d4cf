"""Messages, and what is kept of an answer while it grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, Moment, make_id, now


class Message(Base):
    """A question or an answer. `parts` are whole once the status is final.

    `attachments` are the files that came with a question, as `chat.attaching` writes them.
    `position` orders the messages of a conversation; `parent_id` makes them a tree, in which an
    edited question or a second answer is a branch.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "position"),
        Index("ix_messages_parent", "parent_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=make_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    parent_id: Mapped[str | None] = mapped_column(String(32))
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str | None] = mapped_column(Text)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    model: Mapped[str | None] = mapped_column(String(200))
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    finish_reason: Mapped[str | None] = mapped_column(String(32))
    continues: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    attachments: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    rating: Mapped[str | None] = mapped_column(String(8))
    comment: Mapped[str | None] = mapped_column(Text)
    client_id: Mapped[str | None] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    first_token_at: Mapped[datetime | None] = mapped_column(Moment)
    completed_at: Mapped[datetime | None] = mapped_column(Moment)


class Segment(Base):
    """What an answer gained in one tick; folded into the message when it is sealed."""

    __tablename__ = "segments"

    message_id: Mapped[str] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class Run(Base):
    """An answer that some process is writing now. The row goes when the answer is sealed.

    `leased_until` is in seconds since 1970; a run whose lease is over has lost its process.
    `mark` is the place from which another process could go on, where the provider knows one.
    """

    __tablename__ = "runs"

    message_id: Mapped[str] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    owner: Mapped[str] = mapped_column(String(64), index=True)
    leased_until: Mapped[float] = mapped_column(Float(53))
    stop_requested: Mapped[bool] = mapped_column(default=False)
    mark: Mapped[str] = mapped_column(String(200), default="")


class Send(Base):
    """One send by a client, so that repeating it finds the answer it already has.

    `digest` tells a repeated send from another one that uses the same `client_id`.
    """

    __tablename__ = "sends"

    user_id: Mapped[str] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
