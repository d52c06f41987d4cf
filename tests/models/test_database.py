"""The database: how its transactions run, and how they keep out of each other's way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from queue import Queue
from threading import Barrier, BoundedSemaphore, Event

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError, TimeoutError

from chatapp.chat.services import Services
from chatapp.models import Database, User
from chatapp.models.database import CROWD
from tests.support.scripted import PATIENCE
from tests.support.together import together


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def emails(connection: Connection) -> set[str | None]:
    return set(connection.scalars(select(User.email)))


def add(connection: Connection, email: str) -> None:
    connection.execute(insert(User).values(email=email))


def test_what_is_written_is_read(database: Database) -> None:
    database.write(lambda connection: add(connection, "a@x.example"))
    assert database.read(emails) == {"a@x.example"}


def test_work_that_fails_writes_nothing(database: Database) -> None:
    def twice(connection: Connection) -> None:
        add(connection, "a@x.example")
        add(connection, "a@x.example")

    with pytest.raises(IntegrityError):
        database.write(twice)
    assert database.read(emails) == set()


def test_what_reads_writes_nothing(database: Database) -> None:
    database.read(lambda connection: add(connection, "a@x.example"))
    assert database.read(emails) == set()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_crowd_leaves_room_for_what_goes_ahead(database: Database) -> None:
    done = Event()
    inside: Queue[int] = Queue()

    def linger(number: int) -> None:
        def work(connection: Connection) -> None:
            add(connection, f"{number}@x.example")
            inside.put(number)
            assert done.wait(PATIENCE)

        database.write(work)

    with ThreadPoolExecutor(2 * CROWD) as threads:
        crowd = [threads.submit(linger, number) for number in range(2 * CROWD)]
        for _ in range(CROWD):
            inside.get(timeout=PATIENCE)
        database.write(lambda connection: add(connection, "a@x.example"), ahead=True)
        assert database.read(emails) == {"a@x.example"}
        assert inside.empty()
        done.set()
        for each in crowd:
            each.result()
    assert len(database.read(emails)) == 2 * CROWD + 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_waits_behind_a_crowd_for_too_long_is_turned_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatapp.models.database.PATIENCE", 0)
    monkeypatch.setattr(database.writer, "_crowd", BoundedSemaphore(0))
    with pytest.raises(TimeoutError):
        database.write(lambda connection: add(connection, "a@x.example"))
    assert database.read(emails) == set()


def test_readers_that_come_to_write_do_not_wait_for_each_other(database: Database) -> None:
    connections = 15  # as many as the readers have in all
    all_read = Barrier(connections)

    def read_and_write(number: int) -> None:
        with database.engine.connect() as connection:
            emails(connection)
            all_read.wait()
            database.write(lambda connection: add(connection, f"{number}@x.example"))

    together(connections, read_and_write)
    assert len(database.read(emails)) == connections


def test_writers_take_turns(database: Database) -> None:
    together(20, lambda number: database.write(lambda c: add(c, f"{number}@x.example")))
    assert len(database.read(emails)) == 20


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_two_that_wait_for_each_other_both_come_to_their_end(database: Database) -> None:
    soon = text(f"ALTER DATABASE {database.engine.url.database} SET deadlock_timeout = '1ms'")
    database.write(lambda connection: connection.execute(soon))
    database.dispose()
    people = ["a@x.example", "b@x.example"]
    for email in people:
        database.write(partial(add, email=email))
    crossing = Barrier(2)

    def rename(number: int) -> int:
        """Renames both people, one of them first; how often it had to."""
        runs = 0

        def work(connection: Connection) -> None:
            nonlocal runs
            runs += 1
            for email in (people[number], people[1 - number]):
                named = update(User).where(User.email == email).values(name=str(number))
                connection.execute(named)
                if runs == 1 and email == people[number]:
                    crossing.wait()

        database.write(work)
        return runs

    assert max(together(2, rename)) > 1  # whoever was ended is run once more, maybe both
    assert len(database.read(lambda connection: set(connection.scalars(select(User.name))))) == 1


def test_dispose_is_not_the_end(database: Database) -> None:
    database.write(lambda connection: add(connection, "a@x.example"))
    database.dispose()
    database.write(lambda connection: add(connection, "b@x.example"))
    assert database.read(emails) == {"a@x.example", "b@x.example"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # one connection for all
def test_what_is_being_written_is_written_before_the_end(database: Database) -> None:
    begun, go_on = Event(), Event()

    def slowly(connection: Connection) -> None:
        add(connection, "a@x.example")
        begun.set()
        go_on.wait()
        add(connection, "b@x.example")

    with ThreadPoolExecutor() as threads:
        writing = threads.submit(database.write, slowly)
        begun.wait()
        closing = threads.submit(database.dispose)
        wait([closing], timeout=0.2)  # it may wait for the writer, and must not disturb it
        go_on.set()
        writing.result()
        closing.result()
    assert database.read(emails) == {"a@x.example", "b@x.example"}
