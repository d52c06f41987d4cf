"""Where Flask-Limiter's limits count: in Redis where there is one, else in the database.

The library `limits` knows Redis, and no SQL: that half is ours. Redis may go away at any time; the
database counts until it is back, from zero, and nobody notices.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from limits.storage import RedisStorage, Storage

from chatapp.models import Database, counter

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 0.25
"""Seconds that Redis has to answer."""

PAUSE = 5.0
"""Seconds for which Redis is left alone after it failed."""


class RedisCounters:
    """Counters in Redis; whatever is asked is None while it is away."""

    def __init__(self, url: str) -> None:
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


class SharedStorage(Storage):
    """A storage of `limits` whose counts all processes share."""

    STORAGE_SCHEME = ("shared",)  # type: ignore[assignment]  # by this, `limits` finds the class

    def __init__(self, uri: str, database: Any, redis: Any, **options: Any) -> None:
        super().__init__(uri, **options)
        self._database: Database = database
        self._redis: RedisCounters | None = redis

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What would have to be translated: nothing, the views know what the database raises."""
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Counts, and gives the number in the window of `expiry` seconds."""
        number = self._ask(lambda redis: redis.incr(key, expiry, amount))
        if number is not None:
            return number
        counted = self._database.write(lambda c: counter.count(c, key, expiry, amount))
        return counted[0]

    def get(self, key: str) -> int:
        """The number in the window that is open."""
        number = self._ask(lambda redis: redis.get(key))
        return self._state(key)[0] if number is None else number

    def get_expiry(self, key: str) -> float:
        """The end of the window, in seconds since 1970."""
        moment = self._ask(lambda redis: redis.get_expiry(key))
        return self._state(key)[1] if moment is None else moment

    def check(self) -> bool:
        """Whether it counts: it has two ways to."""
        return True

    def reset(self) -> None:
        """Nobody resets all limits."""
        raise NotImplementedError

    def clear(self, key: str) -> None:
        """Nobody clears a limit."""
        raise NotImplementedError

    def _ask(self, question: Callable[[RedisStorage], T]) -> T | None:
        return self._redis.ask(question) if self._redis else None

    def _state(self, key: str) -> tuple[int, float]:
        return self._database.read(lambda connection: counter.state(connection, key))
