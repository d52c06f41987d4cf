"""What a store is: it keeps growing answers, so that a killed process loses one tick at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatapp.events import End, Error, Start, Usage
from chatapp.live.leases import Lease
from chatapp.parts import Cursor, Part, Segment


@dataclass(frozen=True, slots=True)
class Gain:
    """What one answer gained since it was last kept; `segments` may be empty.

    `first` tells the gain that holds the first words of the run; `mark` is the place behind it
    from which another process could go on.
    """

    message_id: str
    segments: tuple[Segment, ...]
    first: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """The final state of an answer. `first_append_at` is in seconds since 1970."""

    message_id: str
    parts: tuple[Part, ...]
    end: End
    usage: Usage | None = None
    error: Error | None = None
    first_append_at: float | None = None


@dataclass(frozen=True, slots=True)
class Orphan:
    """A run that lost its process, with all that it takes to go on."""

    start: Start
    parts: tuple[Part, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class News:
    """What was kept of an answer behind a cursor; `seal` where it has ended (then with all)."""

    message_id: str
    segments: tuple[Segment, ...]
    seal: Seal | None = None


@dataclass(frozen=True, slots=True)
class Orders:
    """What a process learns at its tick: which runs are still its own, and which shall stop."""

    owned: frozenset[str]
    stop: frozenset[str]


class StoreUnavailable(Exception):
    """The store is away for now; nothing of the call was kept, and it may be repeated."""


class Store(Protocol):
    """Keeps the runs of all processes. Every call is one transaction.

    All calls raise `StoreUnavailable` when the store cannot be reached.
    """

    def checkpoint(self, owner: str, gains: Iterable[Gain], lease: float) -> Orders:
        """Keeps what the answers gained, and renews their leases by `lease` seconds from now.

        A segment that is kept already stays as it is.
        """

    def seal(self, seal: Seal) -> bool:
        """Moves the answer to its final status; False where another had done that before."""

    def request_stop(self, message_id: str) -> None:
        """Tells the process that runs the answer to stop it."""

    def parts(self, message_id: str) -> tuple[Part, ...]:
        """What is kept of an answer by now, whether it runs or has ended."""

    def closing(self, message_id: str) -> Seal | None:
        """How an answer ended, with all its parts; None while it runs."""

    def news(self, cursors: Mapping[str, Cursor]) -> list[News]:
        """What was kept of the named answers behind their cursors; only those that changed.

        An answer that is gone was deleted, and counts as `stopped`.
        """

    def release(self, message_ids: Sequence[str]) -> None:
        """Gives up the leases, so that another process may adopt the runs at once."""

    def suspects(self) -> bool:
        """Whether the lease of any answer ran out, so that its process may have died."""

    def lost(self) -> list[Lease]:
        """The leases that are certainly over.

        One look is not enough to be certain: it is called again and again while `suspects`.
        """

    def adopt(self, lost: Iterable[Lease], owner: str, lease: float) -> list[Orphan]:
        """Makes the owner's all the lost runs of others that have a mark."""

    def reap(self, lost: Iterable[Lease]) -> list[str]:
        """Seals the lost answers as `interrupted`, but those that were renewed or adopted since.

        Gives their ids.
        """
