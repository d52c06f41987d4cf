"""How often somebody may do what is costly or can be guessed: everything but sends.

Views count where the checks come to limits, after who asks and what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from flask import Flask, current_app, g, request

from chatapp.accounts.counters import RedisCounters
from chatapp.accounts.throttle import network_of
from chatapp.models import Database

if TYPE_CHECKING:
    from chatapp.views.doors import Door

    Doors: TypeAlias = Callable[[], Mapping[str, Door]]

LIMITS = {
    "sign-up": "60/hour",
    "token": "30/hour",
    "ticket": "300/minute",
    "upload": "600/minute",
    "share": "120/hour",
    "import": "60/hour",
}
"""What is counted for each person, or for the network of guests and of nobody."""


def register(app: Flask, database: Database, redis: RedisCounters | None) -> None:
    """Prepares the limits of an app. They are made when the first one counts: Flask-Limiter takes
    its time to load, and a start needs none of it."""

    @cache
    def doors() -> Mapping[str, Door]:
        from chatapp.views.doors import make_doors

        return make_doors(app, LIMITS, counted_as, database, redis)

    app.extensions["limits"] = doors


def count(name: str) -> None:
    """Counts one more for who asks. Raises `RateLimited`."""
    doors: Doors = current_app.extensions["limits"]
    doors()[name].pass_through()


def counted_as() -> str:
    """Whom a request counts for."""
    identity = g.get("identity")
    if identity and not identity.guest:
        return str(identity.user_id)
    return network_of(request.remote_addr or "")
