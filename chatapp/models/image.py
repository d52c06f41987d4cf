"""Pictures that go along with questions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, Moment, make_id, now


class Image(Base):
    """A picture of somebody's; of no conversation until it was sent. Questions name it by its id.

    `size` counts bytes, `width` and `height` pixels.
    """

    __tablename__ = "images"
    __table_args__ = (
        Index("ix_images_owned", "user_id", "created_at"),
        Index("ix_images_sent", "conversation_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=make_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(String(500))
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ImageFile(Base):
    """The bytes of a picture, so that any node can show and send them."""

    __tablename__ = "image_files"

    image_id: Mapped[str] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[bytes] = mapped_column(LargeBinary)
