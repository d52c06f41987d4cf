"""An answer while it grows: in memory, with everybody who follows it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic, time
from typing import TypeAlias

from chatapp import greenlets
from chatapp.events import Append, End, Error, Sources, Start, Usage
from chatapp.live.bell import Bell
from chatapp.parts import Part, Parts

Closing: TypeAlias = tuple[Usage | Error | End, ...]
"""What follows the last append; `End` is the last of it."""


class LiveAnswer:
    """A growing message. One run appends; any number of readers follow.

    `readers` counts those who follow just now; `read_at` is when the last one came or left.
    `rang_at` is another object after each ring, by which a reader sees whether it missed one.

    It ends in two steps: `freeze` lets nothing more in, so that what is stored then is all there
    is; `close` tells the readers how it ended.
    """

    def __init__(self, start: Start, parts: Iterable[Part] = ()) -> None:
        self.start = start
        self.parts = Parts(parts)
        self.bell = Bell()
        self.closing: Closing | None = None
        self.first_append_at: float | None = None
        self.rang_at = monotonic()
        self.read_at = monotonic()
        self.readers = 0
        self.frames: dict[Hashable, tuple[int, bytes]] = {}
        self._frozen = False
        self._lock = greenlets.brief_lock()

    def append(self, append: Append) -> bool:
        """Adds words or sources and wakes the readers; False once the answer is frozen."""
        with self._lock:
            if self._frozen:
                return False
            self.parts.append(append)
            if self.first_append_at is None and not isinstance(append, Sources):
                self.first_append_at = time()
        self.ring()
        return True

    def ring(self) -> None:
        """Wakes the readers; those who find nothing new tell their clients that they live."""
        self.rang_at = monotonic()
        self.bell.ring()

    def wait(self, rang_at: float) -> None:
        """Returns when the readers were woken after `rang_at`, which is taken from here before one
        looks for news."""
        if self.rang_at is rang_at:
            waiter = self.bell.listen()
            if self.rang_at is rang_at:  # nobody can have rung unheard
                waiter.wait()

    @contextmanager
    def being_read(self) -> Iterator[None]:
        """Counts a reader in, and out again when it leaves."""
        with self._lock:
            self.readers += 1
        try:
            yield
        finally:
            with self._lock:
                self.readers -= 1
            self.read_at = monotonic()

    @property
    def frozen(self) -> bool:
        """Whether nothing more is let in."""
        return self._frozen

    def freeze(self) -> bool:
        """Lets nothing more in. True for the one caller that did it, who then says how it ends."""
        with self._lock:
            first = not self._frozen
            self._frozen = True
        return first

    def close(self, closing: Closing) -> None:
        """Tells all readers how the answer ended."""
        self.closing = closing
        self.ring()
