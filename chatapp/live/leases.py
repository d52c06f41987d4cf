"""Leases that ran out, and which of them are over for certain."""

from __future__ import annotations

from collections.abc import Iterable
from time import time
from typing import NamedTuple

PATIENCE = 2.0
"""Seconds for which a lease must be seen unchanged after it ran out."""

LONG_AGO = 3600.0
"""Seconds after which nobody will come back for a lease that ran out."""

GIVEN_UP = 0.0
"""The end of a lease that its owner gave up: long ago, whatever the time."""


class Lease(NamedTuple):
    """Until when a process has an answer, in seconds since 1970."""

    message_id: str
    until: float


class Watch:
    """Looks at leases that ran out, again and again, until their owners had time to renew them.

    While the database is away nobody can renew a lease, and all of them run out though their
    owners live. So one counts as over only when it stayed as it was over several looks, none of
    which failed, while others could write. Clocks that differ between machines do no harm either.
    """

    def __init__(self) -> None:
        self._since: dict[Lease, float] = {}
        self._looked_at = float("-inf")

    def look(self, ran_out: Iterable[Lease], now: float) -> list[Lease]:
        """The leases that are over, of those that ran out; `now` is monotonic."""
        if now - self._looked_at > PATIENCE:
            self.forget()  # nobody knows what was between the looks
        self._looked_at = now
        self._since = {lease: self._since.get(lease, now) for lease in ran_out}
        long_ago = time() - LONG_AGO
        return [
            lease
            for lease, since in self._since.items()
            if now - since >= PATIENCE or lease.until < long_ago
        ]

    def forget(self) -> None:
        """Begins anew: the database was away."""
        self._since.clear()
