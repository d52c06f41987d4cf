"""Slowing down: what is counted, for how long, and for whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from chatapp.accounts import throttle
from chatapp.accounts.throttle import Count
from chatapp.chat.services import Services
from chatapp.errors import RateLimited
from chatapp.models import Database, Failure, now
from tests.support.rows import count_rows

FEW = (Count("few", 3, 60),)


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The time, which stands still."""
    moment = now()
    monkeypatch.setattr(throttle, "now", lambda: moment)
    return moment


def age(database: Database, past: timedelta) -> None:
    """Makes all that is counted as old as that."""
    counted = database.read(lambda connection: connection.scalar(select(Failure.last_at)))
    assert counted is not None
    aged = update(Failure).values(last_at=counted - past)
    database.write(lambda connection: connection.execute(aged))


def failures(database: Database) -> list[int]:
    return database.read(lambda c: list(c.scalars(select(Failure.count))))


def test_some_failures_are_free_and_the_next_ones_wait(database: Database) -> None:
    for _ in range(3):
        throttle.attempt(database, FEW)
    with pytest.raises(RateLimited) as refused:
        throttle.attempt(database, FEW)
    assert refused.value.retry_after == 1
    assert failures(database) == [3]
    age(database, timedelta(seconds=1))
    throttle.attempt(database, FEW)
    assert failures(database) == [4]


def test_attempts_at_once_are_counted_each(database: Database) -> None:
    def attempt(_: int) -> bool:
        with suppress(RateLimited):
            throttle.attempt(database, FEW)
            return True
        return False

    with ThreadPoolExecutor(8) as pool:
        made = sum(pool.map(attempt, range(24)))
    assert made == 3


def test_success_is_forgiven(database: Database) -> None:
    counts = (*FEW, Count("all", 3, 60, forgiven=False))
    for _ in range(2):
        throttle.attempt(database, counts)
    throttle.attempt(database, counts)
    throttle.forgive(database, counts)
    assert failures(database) == [2]
    throttle.attempt(database, counts)
    with pytest.raises(RateLimited):
        throttle.attempt(database, counts)


def test_what_is_refused_for_one_reason_counts_for_none(database: Database) -> None:
    for _ in range(3):
        throttle.attempt(database, FEW)
    with pytest.raises(RateLimited):
        throttle.attempt(database, (Count("other", 3, 60), *FEW))
    assert count_rows(database, Failure) == [1]


def test_a_day_later_nothing_is_remembered(database: Database) -> None:
    for _ in range(3):
        throttle.attempt(database, FEW)
    age(database, timedelta(days=1, seconds=1))
    throttle.attempt(database, FEW)
    assert failures(database) == [1]
    age(database, timedelta(days=1, seconds=1))
    throttle.attempt(database, (Count("another", 3, 60),))
    assert count_rows(database, Failure) == [1]


@given(st.integers(0, 10_000), st.integers(1, 50), st.integers(1, 10_000))
def test_the_wait_only_grows_and_has_an_end(failures: int, free: int, longest: int) -> None:
    wait = throttle.wait_after(failures, free, longest)
    assert wait <= throttle.wait_after(failures + 1, free, longest) <= longest
    assert (wait == 0) == (failures < free)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_household_counts_as_one(address: str, network: str) -> None:
    assert throttle.network_of(address) == network


@given(st.text(), st.text(), st.none() | st.text(min_size=1))
def test_what_is_kept_tells_nobody_who_it_was(email: str, address: str, device: str | None) -> None:
    for count in throttle.sign_in(email, address, device):
        assert len(count.key) == 64
        assert set(count.key) <= set("0123456789abcdef")
