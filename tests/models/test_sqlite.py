"""SQLite under greenlets, as gunicorn's workers use it; each test is its own process."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

OPENING = """
from gevent import monkey

monkey.patch_all()

import sqlite3
import sys
from pathlib import Path

import gevent
from gevent.threadpool import ThreadPool
from sqlalchemy import create_engine, event, func, insert, select
from sqlalchemy.exc import IntegrityError

from chatapp.extensions import Base
from chatapp.models import Database, User, sqlite

file = Path(sys.argv[1])
engine = create_engine(f"sqlite:///{file}")
database = Database(engine)
database.write(lambda connection: Base.metadata.create_all(connection))
apart = []
sqlite.Writer._apart = lambda self, work, really=sqlite.Writer._apart: (
    apart.append(work), really(self, work))[1]


def add(connection, email):
    connection.execute(insert(User).values(email=email))


def count():
    return database.read(lambda connection: connection.scalar(select(func.count(User.id))))


class Other:
    '''Another process that writes, or as good as one.'''

    def __enter__(self):
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_):
        self.connection.execute("ROLLBACK")
        self.connection.close()
"""


def run(tmp_path: Path, program: str) -> None:
    """Runs a program under gevent; it must end well and print nothing to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", OPENING + textwrap.dedent(program), str(tmp_path / "chat.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_brief_transaction_needs_no_thread(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        database.write(lambda connection: add(connection, "a@x.example"), brief=True)
        assert (count(), apart) == (1, [])
        database.write(lambda connection: add(connection, "b@x.example"))
        assert (count(), len(apart)) == (2, 1)
        """,
    )


def test_greenlets_go_on_while_another_process_holds_the_lock(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        with Other():
            writing = gevent.spawn(
                database.write, lambda connection: add(connection, "a@x.example"), brief=True
            )
            for _ in range(20):  # each turn would take seconds if the writer held the hub
                gevent.sleep(0.001)
            assert not writing.ready()
            assert count() == 0
        writing.get()
        assert (count(), len(apart)) == (1, 1)
        """,
    )


def test_brief_transactions_and_others_all_arrive(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def write(number):
            for round in range(10):
                email = f"{number}.{round}@x.example"
                database.write(lambda c: add(c, email), brief=bool((number + round) % 3))
                gevent.sleep(0)

        gevent.joinall([gevent.spawn(write, number) for number in range(30)], raise_error=True)
        assert count() == 300
        """,
    )


def test_a_brief_transaction_that_fails_writes_nothing(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def twice(connection):
            add(connection, "a@x.example")
            add(connection, "a@x.example")

        for _ in range(2):
            try:
                database.write(twice, brief=True)
            except IntegrityError:
                pass
            else:
                raise AssertionError("it was not refused")
        assert (count(), apart) == (0, [])
        """,
    )


def test_brief_transactions_within_one_another_do_not_mix(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def add_and_wait(connection):
            add(connection, "a@x.example")
            gevent.sleep(0.01)  # it should not; another one comes meanwhile
            raise KeyError

        def fail():
            try:
                database.write(add_and_wait, brief=True)
            except KeyError:
                return True

        other = gevent.spawn(fail)
        gevent.sleep(0)
        database.write(lambda connection: add(connection, "b@x.example"), brief=True)
        assert other.get()
        assert (count(), len(apart)) == (1, 1)
        """,
    )


def test_the_log_is_folded_into_the_database(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        sqlite._FOLD_AFTER = 10
        before = file.stat().st_size
        for number in range(200):
            email = f"{number}{'x' * 2000}@x.example"
            database.write(lambda connection: add(connection, email), brief=True)
        while file.stat().st_size == before:  # the thread does it
            gevent.sleep(0.01)
        assert (count(), apart) == (200, [])
        """,
    )


def test_reading_needs_one_connection_and_sees_what_is_new(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        opened = []
        event.listen(engine, "connect", lambda connection, record: opened.append(connection))
        for number in range(5):
            database.write(lambda c: add(c, f"{number}@x.example"), brief=bool(number % 2))
            assert count() == number + 1
        assert len(opened) == 1
        database.dispose()
        assert count() == 5
        assert len(opened) == 2
        """,
    )


def test_reads_within_one_another_do_not_mix(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def look_twice(connection):
            counting = select(func.count(User.id))
            before = connection.scalar(counting)
            gevent.sleep(0.01)  # it should not; others read and write meanwhile
            return before, connection.scalar(counting)

        looking = gevent.spawn(database.read, look_twice)
        gevent.sleep(0)
        database.write(lambda connection: add(connection, "a@x.example"), brief=True)
        assert count() == 1
        assert looking.get() == (0, 0)
        """,
    )


def test_a_read_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def fail(connection):
            connection.scalar(select(func.count(User.id)))
            raise KeyError

        for _ in range(2):
            try:
                database.read(fail)
            except KeyError:
                pass
            else:
                raise AssertionError
            database.write(lambda connection: add(connection, None), brief=True)
        assert count() == 2
        """,
    )
