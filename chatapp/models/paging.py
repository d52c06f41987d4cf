"""Long lists, piece by piece, by a moment of each row and then by its id, the newest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from chatapp.errors import BadRequest

T = TypeVar("T")

_CURSOR = re.compile(r"([0-9]{1,11}\.[0-9]{6})-([0-9a-f]{1,32})")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a list; `next` is the cursor of the following piece."""

    items: Sequence[T]
    next: str | None


def encode_cursor(moment: datetime, id: str) -> str:
    """The place behind a row, as clients send it back."""
    return f"{moment.timestamp():.6f}-{id}"


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """The row behind which to go on. Raises `BadRequest` for what is no cursor."""
    found = _CURSOR.fullmatch(cursor)
    if not found:
        raise BadRequest("after: take it from `next` of the page before.")
    return datetime.fromtimestamp(float(found[1]), UTC), found[2]
