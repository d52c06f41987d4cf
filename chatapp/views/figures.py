"""How an answer came about, in figures: how long it took, and how much of it there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chatapp.chat.answers import Snapshot
from chatapp.models import Message
from chatapp.parts import text_of

BRIEFEST = 0.1
"""Seconds of writing from which a speed means something."""


@dataclass(frozen=True, slots=True)
class Speed:
    """So many tokens a second; characters where the model's server counted none."""

    count: float
    tokens: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of an answer that has ended. Times are in seconds; None is what nobody
    knows: tokens that the model's server did not count, the end of a process that was killed."""

    began_at: datetime
    waited: float | None = None
    took: float | None = None
    read: int | None = None
    written: int | None = None
    speed: Speed | None = None


def measure(message: Message, now: Snapshot) -> Figures:
    """The figures of an answer that has ended."""
    began, first, ended = message.created_at, message.first_token_at, message.completed_at
    if message.status == "interrupted" and first is None:
        ended = None  # that is when somebody noticed
    return Figures(
        began,
        _between(began, first),
        _between(began, ended),
        message.input_tokens,
        message.output_tokens,
        _speed(message, now, _between(first, ended)),
    )


def _speed(message: Message, now: Snapshot, span: float | None) -> Speed | None:
    if span is None or span < BRIEFEST:
        return None
    if message.output_tokens:
        return Speed(message.output_tokens / span, tokens=True)
    if message.continues:  # which begins with words that it did not write
        return None
    return Speed(len(text_of(now.parts)) / span, tokens=False)


def _between(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return max(0.0, (end - start).total_seconds())
