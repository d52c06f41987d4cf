"""Counters in Redis, which may go away at any time.

The database counts until it is back, from zero, and nobody notices.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from limits.storage import RedisStorage

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 0.25
"""Seconds that Redis has to answer."""

PAUSE = 5.0
"""Seconds for which Redis is left alone after it failed."""


class RedisCounters:
    """Counters in Redis; whatever is asked is None while it is away."""

    def __init__(self, url: str) -> None:
        from limits.storage import RedisStorage

        self._storage = RedisStorage(
            url,
            key_prefix="chatapp:limit",
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
        self._away_until = 0.0

    def ask(self, question: Callable[[RedisStorage], T]) -> T | None:
        """Asks, unless Redis failed a moment ago."""
        if monotonic() < self._away_until:
            return None
        try:
            return question(self._storage)
        except self._storage.base_exceptions as error:
            self._away_until = monotonic() + PAUSE
            log.warning("Redis is away, limits count in the database: %s", error)
            return None

    def hit(self, key: str, amount: int, seconds: int) -> float | None:
        """Counts one of `amount` in so many seconds, in one round trip: 0 where it may be, else
        the moment at which more may be."""

        def count(storage: RedisStorage) -> float:
            within = storage.incr(key, seconds) <= amount
            return 0.0 if within else storage.get_expiry(key)

        return self.ask(count)

    def look(self, key: str, amount: int) -> float | None:
        """Counts nothing: 0 where one more may be, else the moment at which more may be."""

        def ask(storage: RedisStorage) -> float:
            within = storage.get(key) < amount
            return 0.0 if within else storage.get_expiry(key)

        return self.ask(ask)
