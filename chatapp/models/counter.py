"""Counters that end by themselves: how often something was done since a window of time opened."""

from __future__ import annotations

from functools import cache
from itertools import count as count_up
from time import time

from sqlalchemy import Connection, Float, String, bindparam, case, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.models.base import Base, insert_or, table
from chatapp.models.prepared import Prepared

SWEEP_EVERY = 256
_SWEPT_AT_ONCE = 1024


class Counter(Base):
    """A fixed window: it opens with the first count, and `until` (seconds since 1970) ends it."""

    __tablename__ = "counters"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    number: Mapped[int]
    until: Mapped[float] = mapped_column(Float(53), index=True)


_counters = table(Counter)
_is_over = _counters.c.until <= bindparam("moment")


@cache
def _counting(dialect: str) -> Prepared:
    """Opens a window, or counts in the one that is open; in a single statement, so that two at
    once are two."""
    opened = insert_or(_counters, dialect).values(
        key=bindparam("name"), number=bindparam("amount"), until=bindparam("ends")
    )
    counting = opened.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "number": case(
                (_is_over, bindparam("amount")), else_=_counters.c.number + bindparam("amount")
            ),
            "until": case((_is_over, bindparam("ends")), else_=_counters.c.until),
        },
    )
    return Prepared(counting.returning(_counters.c.number, _counters.c.until))


_OLD = (
    select(_counters.c.key)
    .where(_is_over)
    .limit(_SWEPT_AT_ONCE)
    .with_for_update(skip_locked=True)  # those that count now are not waited for
)
_SWEEP = delete(_counters).where(_counters.c.key.in_(_OLD))
_STATE = select(_counters.c.number, _counters.c.until).where(
    _counters.c.key == bindparam("name"), ~_is_over
)
_counted = count_up(1)


def count(connection: Connection, key: str, seconds: int, amount: int = 1) -> tuple[int, float]:
    """Counts in a window of so many seconds: the number, and the moment at which it ends.

    Whoever counts the same waits for the end of this transaction. Now and then, old rows go.
    """
    moment = time()
    if next(_counted) % SWEEP_EVERY == 0:
        connection.execute(_SWEEP, {"moment": moment})
    counted = {"name": key, "amount": amount, "moment": moment, "ends": moment + seconds}
    row = _counting(connection.dialect.name).first(connection, counted)
    return row.number, row.until


def state(connection: Connection, key: str) -> tuple[int, float]:
    """The number of a window that is open, and when it ends; zeros where none is."""
    row = connection.execute(_STATE, {"name": key, "moment": time()}).first()
    return (row.number, row.until) if row else (0, 0.0)
