"""What a relay is: it tells other processes at once what an answer gains.

It only speeds up what the store does anyway: losing it loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Protocol

from chatapp.parts import Cursor, Segment

RECENT = 2.0
"""Seconds for which a process knows what it read: longer than a store takes to keep it."""


class RelayUnavailable(Exception):
    """The relay cannot be reached now."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What an answer gained from the cursor `before` on; `ended` where nothing follows."""

    message_id: str
    before: Cursor
    segments: tuple[Segment, ...]
    ended: bool = False


class Relay(Protocol):
    """The connection of one process. Every call raises `RelayUnavailable`."""

    def ping(self) -> None:
        """Asks for a sign of life."""

    def publish(self, batches: Iterable[Batch]) -> None:
        """Sends all batches, one for each answer at most, in one go."""

    def read(self, wanted: Callable[[], Container[str]]) -> list[Batch]:
        """What came since the last read; waits for it, for a second at most.

        `wanted` is asked for the ids of the answers that are told of, when something came.
        """

    def recent(self, message_id: str) -> list[Batch]:
        """What the reads of the last seconds brought of an answer, wanted or not."""
