"""The days of a list, as the clock of whoever reads it counts them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import groupby

from chatapp.models import Conversation

_MINUTES = re.compile(r"-?[0-9]{1,3}")
_EASTERNMOST = 14 * 60


def zone(minutes: str) -> timezone:
    """The zone so many minutes east of UTC; UTC itself for what is no such number."""
    east = int(minutes) if _MINUTES.fullmatch(minutes) else 0
    return timezone(timedelta(minutes=east if abs(east) <= _EASTERNMOST else 0))


def name(moment: datetime, now: datetime) -> str:
    """When that was, as seen from `now`, whose zone counts."""
    there = moment.astimezone(now.tzinfo)
    ago = (now.date() - there.date()).days
    if ago <= 0:
        return "Today"
    if ago == 1:
        return "Yesterday"
    for days in (7, 30):
        if ago <= days:
            return f"Previous {days} days"
    return there.strftime("%B %Y")


def divide(
    conversations: Sequence[Conversation], now: datetime
) -> Iterator[tuple[str, list[Conversation]]]:
    """The conversations, changed last first, day by day."""
    for day, those in groupby(conversations, lambda each: name(each.updated_at, now)):
        yield day, list(those)
