"""A conversation that was read from a file, before it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chatapp.events import Text
from chatapp.live.fitting import is_fit
from chatapp.models import now
from chatapp.parts import Part

LONGEST = 1_000_000
"""Code points of one message."""

MOST = 100_000
"""Messages of one conversation."""


class Unfit(ValueError):
    """A conversation cannot be taken in; the words say why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message. `key` is its id in the file, `parent` that of one that stands before it.

    `values` are further columns.
    """

    key: str
    parent: str | None
    role: str
    parts: tuple[Part, ...]
    created_at: datetime
    status: str = "complete"
    continues: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A conversation; `origin` says where it is from, and its id there. `setup` are columns."""

    origin: str
    title: str
    created_at: datetime
    updated_at: datetime
    lines: tuple[Line, ...]
    setup: Mapping[str, Any] = field(default_factory=dict)


def check(draft: Draft) -> None:
    """Raises `Unfit` for what no database can keep, and for what is too much."""
    if not draft.lines:
        raise Unfit("It has no messages.")
    if len(draft.lines) > MOST:
        raise Unfit(f"It has {len(draft.lines):,} messages; {MOST:,} are the most.")
    for number, line in enumerate(draft.lines, 1):
        _check(number, line.parts)


def _check(number: int, parts: tuple[Part, ...]) -> None:
    size = sum(len(part.content) for part in parts if isinstance(part, Text))
    if size > LONGEST:
        raise Unfit(f"Message {number} has {size:,} characters; {LONGEST:,} are the most.")


def check_words(value: object) -> None:
    """Raises `Unfit` where JSON holds a NUL, at any depth, which no database can keep."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(words) if not is_fit(words):
                raise Unfit("It holds a NUL character.")
            case dict(members):
                waiting += [*members, *members.values()]
            case list(items):
                waiting += items


def moment(found: datetime | None, otherwise: datetime) -> datetime:
    """A time that a list can show: none that is missing, and none that is still to come."""
    return min(found or otherwise, now())
