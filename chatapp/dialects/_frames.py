"""Frames of JSON with an id to come back with, as the guides' clients read them."""

from __future__ import annotations

from typing import Any

from chatapp import sse
from chatapp.dialects.base import RETRY

BAD_ENDINGS = ("failed", "interrupted")


def frame(value: Any, id: str, *, event: str = "", first: bool = False) -> bytes:
    """One block; the first of a stream says when to come back."""
    return sse.encode(sse.encode_json(value), event=event, id=id, retry=RETRY if first else None)
