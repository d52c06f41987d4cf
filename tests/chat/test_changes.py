"""Telling changes while the database comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TypeVar

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from chatapp.chat.changes import Changes
from chatapp.chat.listener import Listener
from chatapp.chat.services import Services
from chatapp.events import Change, Sync
from chatapp.live.tick import Tick
from chatapp.models import record, record_ended_access

T = TypeVar("T")
RENAMED = Change("conversation.updated", "c")


def stays() -> bool:
    return True


@pytest.fixture
def away(services: Services, monkeypatch: pytest.MonkeyPatch) -> Event:
    """While it is set, the database is away for those who read."""
    away, read = Event(), services.database.read

    def read_if_there(work: Callable[[Connection], T]) -> T:
        if away.is_set():
            raise OperationalError("SELECT", {}, ConnectionError("gone"))
        return read(work)

    monkeypatch.setattr(services.database, "read", read_if_there)
    return away


@pytest.fixture
def changes(services: Services, away: Event, monkeypatch: pytest.MonkeyPatch) -> Changes:
    """Changes that are looked at when the test says so."""
    monkeypatch.setattr(Tick, "wake", lambda tick: None)
    return Changes(services.database, heartbeat=60.0, draining=lambda: False)


def test_what_happens_while_the_database_is_away_for_a_moment_is_told_later(
    changes: Changes,
    away: Event,
    services: Services,
    caplog: pytest.LogCaptureFixture,
) -> None:
    listener = changes.open("ann", stays)
    reading = iter(listener)
    assert next(reading) == Sync()
    away.set()
    changes.beat()
    changes.beat()
    assert [line.levelname for line in caplog.records] == ["WARNING"]
    services.database.write(lambda connection: record(connection, "ann", RENAMED))
    away.clear()
    changes.beat()
    assert next(reading) == RENAMED


def test_one_that_came_while_the_process_read_is_not_told_what_was_before(
    changes: Changes, services: Services
) -> None:
    changes.close(changes.open("ann", stays))
    services.database.write(lambda connection: record(connection, "ann", RENAMED))
    listener = changes.open("ann", stays)
    changes.beat()
    listener.end()
    assert list(listener) == [Sync()]


def test_nobody_can_listen_while_the_database_is_away(changes: Changes, away: Event) -> None:
    away.set()
    with pytest.raises(OperationalError):
        changes.open("ann", stays)
    assert not changes.busy


def test_who_may_stay_is_asked_when_a_way_in_has_ended(
    changes: Changes, services: Services
) -> None:
    asked: list[str] = []

    def listens(name: str, answer: bool) -> Listener:
        def may_stay() -> bool:
            asked.append(name)
            return answer

        return changes.open("ann", may_stay)

    staying, leaving = listens("staying", True), listens("leaving", False)
    bob = changes.open("bob", lambda: False)
    services.database.write(lambda connection: record(connection, "ann", RENAMED))
    changes.beat()
    assert asked == []
    services.database.write(lambda connection: record_ended_access(connection, "ann"))
    services.database.write(lambda connection: record(connection, "bob", RENAMED))
    changes.beat()
    assert sorted(asked) == ["leaving", "staying"]
    assert list(leaving) == [RENAMED, Sync()]
    staying.end()
    assert list(staying) == [RENAMED, Sync()]
    reading = iter(bob)
    assert [next(reading), next(reading)] == [RENAMED, Sync()]
    bob.end()


def test_who_cannot_be_asked_does_not_stay(changes: Changes, services: Services) -> None:
    def may_stay() -> bool:
        raise OperationalError("SELECT", {}, ConnectionError("gone"))

    listener = changes.open("ann", may_stay)
    services.database.write(lambda connection: record_ended_access(connection, "ann"))
    changes.beat()
    assert list(listener) == [Sync()]
