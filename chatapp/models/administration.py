"""What administrators do: whom they invite, and a log of it all."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, Moment, make_id, now

Action: TypeAlias = Literal[
    "promoted", "demoted", "disabled", "enabled", "deleted", "invited", "uninvited"
]


class Invitation(Base):
    """A link by which one person may sign up; only the SHA-256 of its code is kept.

    `note` says whom it is for, in the words of who made it.
    """

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=make_id)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    used_by: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class AuditEntry(Base):
    """One thing that an administrator did. It names people in words, as they may go."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[Action] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(254))
