"""The trail of changes: each change once, also where PostgreSQL shows them out of order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from chatapp.chat.services import Services
from chatapp.chat.trail import Trail
from chatapp.events import Change
from chatapp.models import Database, record

out_of_order = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def note(connection: Connection, name: str) -> None:
    record(connection, "ann", Change("conversation.created", name))


def leave(database: Database, *names: str) -> None:
    for name in names:
        database.write(lambda connection, name=name: note(connection, name))  # type: ignore[misc]


def names(trail: Trail) -> list[str]:
    return [step.change.conversation_id for step in trail.read()]


@contextmanager
def unfinished(database: Database, name: str) -> Iterator[Connection]:
    """A transaction that has an id for its row, and has not committed it yet."""
    with database.engine.connect() as connection:
        note(connection, name)
        yield connection


def test_what_was_before_is_not_told(database: Database) -> None:
    leave(database, "a", "b")
    assert names(Trail(database)) == []


def test_every_change_is_told_once(database: Database) -> None:
    trail = Trail(database)
    leave(database, "a", "b")
    assert names(trail) == ["a", "b"]
    leave(database, "c")
    assert names(trail) == ["c"]
    assert names(trail) == []


def test_a_change_is_given_as_it_was_made(database: Database) -> None:
    trail = Trail(database)
    changes = [
        Change("message.ended", "c", "m", "stopped"),
        Change("document.updated", "", document_id="d", state="failed"),
    ]
    database.write(lambda connection: record(connection, "ann", *changes))
    assert trail.read() == [("ann", change) for change in changes]


@out_of_order
def test_a_change_that_shows_late_is_told(database: Database) -> None:
    trail = Trail(database)
    with unfinished(database, "a") as first, unfinished(database, "b") as second:
        leave(database, "c")
        assert names(trail) == ["c"]
        second.commit()
        assert names(trail) == ["b"]
        first.commit()
    assert names(trail) == ["a"]
    assert names(trail) == []


@out_of_order
def test_a_change_that_was_being_made_at_the_beginning_is_told(database: Database) -> None:
    with unfinished(database, "a") as late:
        leave(database, "b")
        trail = Trail(database)
        leave(database, "c")
        assert names(trail) == ["c"]
        late.commit()
    assert names(trail) == ["a"]


@out_of_order
def test_a_change_that_was_taken_back_is_looked_for_no_longer(database: Database) -> None:
    patient, hasty = Trail(database), Trail(database, late=-1.0)
    with unfinished(database, "a") as late:
        leave(database, "b")
        assert names(patient) == names(hasty) == ["b"]
        late.commit()
    assert names(patient) == ["a"]
    assert names(hasty) == []
