"""Where Flask-Limiter's limits count: in Redis where there is one, else in the database.

The library `limits` knows Redis, and no SQL: that half is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from limits.storage import RedisStorage, Storage

from chatapp.accounts.counters import RedisCounters
from chatapp.models import Database, counter

T = TypeVar("T")


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
