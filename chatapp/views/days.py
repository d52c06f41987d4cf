"""Days as the clock of whoever reads counts them, and those that a list is divided by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import groupby

from chatapp.models import Conversation

CLOCK = "clock"
"""The cookie in which a script says how many minutes east of UTC the reader is."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_MINUTES = re.compile(r"-?[0-9]{1,3}")
_EASTERNMOST = 14 * 60


def zone(minutes: str) -> timezone:
    """The zone so many minutes east of UTC; UTC itself for what is no such number."""
    east = int(minutes) if _MINUTES.fullmatch(minutes) else 0
    return timezone(timedelta(minutes=east if abs(east) <= _EASTERNMOST else 0))


def month(moment: datetime, _: Callable[[str], str]) -> str:
    """The name of its month, which `_` puts into words."""
    return _(MONTHS[moment.month - 1])


def name(moment: datetime, now: datetime, _: Callable[[str], str] = str) -> str:
    """When that was, as seen from `now`, whose zone counts; `_` puts it into words."""
    there = moment.astimezone(now.tzinfo)
    ago = (now.date() - there.date()).days
    if ago <= 1:
        return _("Yesterday") if ago == 1 else _("Today")
    if ago <= 30:
        return _("Previous 7 days") if ago <= 7 else _("Previous 30 days")
    return f"{month(there, _)} {there.year}"


def divide(
    conversations: Sequence[Conversation], now: datetime, _: Callable[[str], str] = str
) -> Iterator[tuple[str, list[Conversation]]]:
    """The conversations, changed last first, day by day."""
    for day, those in groupby(conversations, lambda each: name(each.updated_at, now, _)):
        yield day, list(those)
