"""Limits as Flask-Limiter counts them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from time import time

from flask import Flask
from flask_limiter import Limiter, RateLimitExceeded

from chatapp.accounts.counters import RedisCounters
from chatapp.accounts.shared_storage import SharedStorage
from chatapp.errors import RateLimited
from chatapp.models import Database


class Door:
    """One thing that is counted, whichever address it is done at."""

    def __init__(self, limiter: Limiter, name: str, limit: str) -> None:
        self._limiter = limiter
        self._enter = limiter.shared_limit(limit, scope=name)(_empty(name))

    def pass_through(self) -> None:
        """Counts one more. Raises `RateLimited`."""
        try:
            self._enter()
        except RateLimitExceeded:
            exceeded = self._limiter.current_limit
            seconds = max(1, ceil(exceeded.window.reset_time - time())) if exceeded else 1
            words = f"That was very often in a short time. Try again in {seconds} seconds."
            raise RateLimited(words, retry_after=seconds) from None


def _empty(name: str) -> Callable[[], None]:
    """Flask-Limiter limits functions, and knows them by their names."""

    def enter() -> None:
        """Nothing is behind the door."""

    enter.__qualname__ = f"enter {name}"
    return enter


def make_doors(
    app: Flask,
    limits: Mapping[str, str],
    counted_as: Callable[[], str],
    database: Database,
    redis: RedisCounters | None,
) -> Mapping[str, Door]:
    """The doors of an app by their names, each for whom `counted_as` names."""
    limiter = Limiter(
        counted_as,
        storage_uri=f"{SharedStorage.STORAGE_SCHEME[0]}://",
        storage_options={"database": database, "redis": redis},  # type: ignore[dict-item]
    )
    # Known already, it hooks into no request: looking at each takes longer than serving some.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)
    return {name: Door(limiter, name, limit) for name, limit in limits.items()}
