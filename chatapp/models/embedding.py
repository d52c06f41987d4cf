"""What passages mean, as vectors."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base


class Embedding(Base):
    """A passage as the vector that a model made of it.

    `vector` holds its numbers as little-endian float32, scaled to a length of one; `signature`
    holds one bit for each, which says whether it is positive.
    """

    __tablename__ = "embeddings"

    passage_id: Mapped[int] = mapped_column(
        ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True
    )
    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
