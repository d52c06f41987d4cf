"""What a relay is: it tells other processes at once what an answer gains.

It only speeds up what the store does anyway: losing it loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from chatapp.parts import Cursor, Segment


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
        """Sends all batches in one go."""

    def read(self, places: Mapping[str, str]) -> list[tuple[str, Batch]]:
        """What came behind the places, `{message_id: place}`; each with its new place.

        The place `0` is the beginning. Waits for a second at most, or until `wake`.
        """

    def wake(self) -> None:
        """Ends a `read` of this process that waits."""
