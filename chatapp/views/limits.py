"""How often somebody may do what is costly or can be guessed: everything but sends.

Views count where the checks come to limits, after who asks and what is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from time import time

from flask import Flask, current_app, g, request
from flask_limiter import Limiter, RateLimitExceeded

from chatapp.accounts.counters import RedisCounters, SharedStorage
from chatapp.accounts.throttle import network_of
from chatapp.errors import RateLimited
from chatapp.models import Database

LIMITS = {
    "sign-up": "60/hour",
    "token": "30/hour",
    "ticket": "300/minute",
    "upload": "120/minute",
}
"""What is counted for each person, or for the network of guests and of nobody."""


def register(app: Flask, database: Database, redis: RedisCounters | None) -> None:
    """Makes the limits of an app."""
    limiter = Limiter(
        counted_as,
        storage_uri=f"{SharedStorage.STORAGE_SCHEME[0]}://",
        storage_options={"database": database, "redis": redis},  # type: ignore[dict-item]
    )
    # Known already, it hooks into no request: looking at each takes longer than serving some.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)
    app.extensions["limits"] = {name: _Door(limiter, name) for name in LIMITS}


def count(name: str) -> None:
    """Counts one more for who asks. Raises `RateLimited`."""
    door: _Door = current_app.extensions["limits"][name]
    door.pass_through()


def counted_as() -> str:
    """Whom a request counts for."""
    identity = g.get("identity")
    if identity and not identity.guest:
        return str(identity.user_id)
    return network_of(request.remote_addr or "")


class _Door:
    """One thing that is counted, whichever address it is done at."""

    def __init__(self, limiter: Limiter, name: str) -> None:
        self._limiter = limiter
        self._enter = limiter.shared_limit(LIMITS[name], scope=name)(_empty(name))

    def pass_through(self) -> None:
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
