"""People: those with an account, and guests, who have none yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, Moment, make_id, now


class User(Base):
    """A person. One without an e-mail address is a guest; one who is disabled may do nothing.

    `told` names what of the profile a model may know; `introduction` is that, in words.
    """

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=make_id)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    is_admin: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    name: Mapped[str | None] = mapped_column(String(200))
    age: Mapped[int | None]
    gender: Mapped[str | None] = mapped_column(String(50))
    interests: Mapped[list[str]] = mapped_column(JSON, default=list)
    locale: Mapped[str | None] = mapped_column(String(35))
    told: Mapped[list[str]] = mapped_column(JSON, default=list)
    introduction: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def is_guest(self) -> bool:
        """Whether nobody signed up for this yet."""
        return self.email is None


class BrowserSession(Base):
    """One browser that a person uses; its id is in the signed cookie.

    `browser` is what it calls itself, in words for a person.
    """

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    browser: Mapped[str] = mapped_column(String(100), default="", server_default="")


class LinkedIdentity(Base):
    """Who a person is to an OpenID provider."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Failure(Base):
    """How often something failed lately; the key is a digest of what and whose it was."""

    __tablename__ = "failures"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Moment, index=True)
