"""How often somebody may ask: a fixed window for each person, and for guests for each network.

Counting costs a send no commit of its own: Redis counts before its transaction, in one round trip,
or else one statement within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from time import time
from typing import Protocol

from sqlalchemy import Connection

from chatapp.chat.access import Person
from chatapp.errors import RateLimited
from chatapp.models import Database, counter


class Remote(Protocol):
    """Counters beside the database. Each call is answered with 0 where one more may be, with the
    moment at which more may be, or with None where nobody counts."""

    def hit(self, key: str, amount: int, seconds: int) -> float | None:
        """Counts one of `amount` in so many seconds."""

    def look(self, key: str, amount: int) -> float | None:
        """Counts nothing."""


@dataclass(frozen=True, slots=True)
class Rates:
    """So many questions (`amount`) in so many `seconds`."""

    amount: int
    seconds: int
    remote: Remote | None = None

    def admit(self, person: Person) -> Admission:
        """Counts a question, where that is done outside of its transaction."""
        key = _key(person)
        counted = self.remote.hit(key, self.amount, self.seconds) if self.remote else None
        return Admission(self, key, counted)

    def check_open(self, database: Database, person: Person) -> None:
        """Raises `RateLimited` where a question could not be asked. Counts nothing."""
        key = _key(person)
        free_at = self.remote.look(key, self.amount) if self.remote else None
        if free_at is None:
            number, until = database.read(lambda connection: counter.state(connection, key))
            free_at = until if number >= self.amount else 0.0
        refuse_before(free_at)


@dataclass(frozen=True, slots=True)
class Admission:
    """One question; `free_at` is None where it has not been counted yet."""

    rates: Rates
    key: str
    free_at: float | None

    def check(self, connection: Connection) -> None:
        """Counts what has not been counted. Raises `RateLimited`: then nothing counts here."""
        free_at = self.free_at
        if free_at is None:
            number, until = counter.count(connection, self.key, self.rates.seconds)
            free_at = until if number > self.rates.amount else 0.0
        refuse_before(free_at)


def refuse_before(moment: float) -> None:
    """Raises `RateLimited` where more may be asked only from `moment` on."""
    if moment:
        seconds = max(1, ceil(moment - time()))
        words = f"You have asked very often just now. Try again in {seconds} seconds."
        raise RateLimited(words, retry_after=seconds)


def _key(person: Person) -> str:
    return f"send:{person.counted_as}"
