"""Slowing down those who guess.

Each attempt is counted before it is made, so that many at once gain nothing, and taken back when it
was right. Counts stand in the database: all processes share them, and they outlive a restart.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

from sqlalchemy import Connection, bindparam, delete, select, update

from chatapp.errors import RateLimited
from chatapp.models import Database, Failure, insert_or, now, table

FORGOTTEN = timedelta(days=1)
_SWEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Count:
    """Something that is counted: `free` failures cost nothing; each further one doubles the wait,
    up to `longest` seconds. `forgiven` counts vanish with the first success."""

    key: str
    free: int
    longest: int
    forgiven: bool = True


def sign_in(email: str, address: str, device: str | None) -> tuple[Count, ...]:
    """What an attempt to sign in counts for.

    A browser that the owner signed in with before stands for itself. All others are counted by
    account and address, so that nobody locks the owner out from elsewhere, and by address, so that
    one address cannot try one password on all accounts.
    """
    if device:
        return (Count(_key("device", device, email), 10, 900),)
    network = network_of(address)
    return (
        Count(_key("pair", network, email), 5, 900),
        Count(_key("address", network), 30, 60, forgiven=False),
    )


def password_of(user_id: str, session_id: str) -> tuple[Count, ...]:
    """What somebody signed in counts for who is asked for the password again."""
    return (Count(_key("session", session_id, user_id), 10, 900),)


def setup_code(address: str) -> tuple[Count, ...]:
    """What an attempt at the setup code counts for."""
    return (Count(_key("setup", network_of(address)), 5, 900),)


def attempt(database: Database, counts: tuple[Count, ...]) -> None:
    """Counts an attempt. Raises `RateLimited` where it comes too early; then it does not count."""
    moment = now()

    def store(connection: Connection) -> None:
        for each in counts:
            _count(connection, each, moment)

    database.write(store)


def forgive(database: Database, counts: tuple[Count, ...]) -> None:
    """Takes an attempt back: it was right."""

    def store(connection: Connection) -> None:
        for each in counts:
            statement = _FORGET if each.forgiven else _TAKE_BACK
            connection.execute(statement, {"name": each.key})

    database.write(store)


def wait_after(failures: int, free: int, longest: int) -> int:
    """Seconds from the last of so many failures to the next attempt."""
    if failures < free:
        return 0
    return int(min(2 ** min(failures - free, 30), longest))


def network_of(address: str) -> str:
    """Whom an address stands for: of IPv6, a household has 2^64 at least (RFC 6177)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Address(int(parsed) >> 64 << 64))


_failures = table(Failure)
_named = Failure.key == bindparam("name")
_SET = (
    update(_failures).where(_named).values(count=bindparam("failures"), last_at=bindparam("moment"))
)
_FORGET = delete(_failures).where(_named)
_TAKE_BACK = update(_failures).where(_named, Failure.count > 0).values(count=Failure.count - 1)
_OLD = (
    select(Failure.key)
    .where(Failure.last_at < bindparam("before"))
    .limit(_SWEPT_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_SWEEP = delete(_failures).where(Failure.key.in_(_OLD))


def _count(connection: Connection, wanted: Count, moment: datetime) -> None:
    known, last_at = _lock(connection, wanted.key, moment)
    failures = known if moment - last_at < FORGOTTEN else 0
    free_at = last_at + timedelta(seconds=wait_after(failures, wanted.free, wanted.longest))
    if moment < free_at:
        seconds = ceil((free_at - moment).total_seconds())
        words = f"Too many attempts. Try again in {_spoken(seconds)}."
        raise RateLimited(words, retry_after=seconds)
    counted = {"name": wanted.key, "failures": failures + 1, "moment": moment}
    connection.execute(_SET, counted)
    if not known:
        connection.execute(_SWEEP, {"before": moment - FORGOTTEN})


def _lock(connection: Connection, key: str, moment: datetime) -> tuple[int, datetime]:
    """How often it failed, and when last; the row is made where there is none, and locked."""
    made = insert_or(_failures, connection.dialect.name).values(key=key, count=0, last_at=moment)
    found = made.on_conflict_do_update(
        index_elements=[Failure.key], set_={"count": Failure.count}
    ).returning(Failure.count, Failure.last_at)
    count, last_at = connection.execute(found).one()
    return count, last_at


def _key(kind: str, *parts: str) -> str:
    """The addresses of people are not kept here, only what tells them apart."""
    said = "\0".join((kind, *parts))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _spoken(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} second{'s' * (seconds != 1)}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'s' * (minutes != 1)}"
