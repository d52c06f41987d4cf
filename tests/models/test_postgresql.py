"""PostgreSQL under greenlets, as gunicorn's workers use it; each test is its own process."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

OPENING = """
from gevent import monkey

monkey.patch_all()

import sys

import gevent
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from chatapp.models.database import Database, options

engine = create_engine(sys.argv[1], **options(create_engine(sys.argv[1]).url))
database = Database(engine)


def ask(statement, **values):
    return database.read(lambda connection: connection.scalar(text(statement), values))


def until(statement, wanted):
    while ask(statement) != wanted:
        gevent.sleep(0.01)


PID = "SELECT pg_backend_pid()"
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
LOCKED = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
CUT = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE "
"""


def run(program: str, url: str) -> None:
    """Runs a program under gevent; it must end well and print nothing to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", OPENING + textwrap.dedent(program), url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_one_that_waits_holds_up_nobody(database_url: str) -> None:
    run(
        """
        with engine.connect() as holder:
            holder.execute(text("SELECT pg_advisory_lock(7)"))
            waiting = gevent.spawn(ask, "SELECT pg_advisory_lock(7)::text")
            until(LOCKED, 1)
            holder.execute(text("SELECT pg_advisory_unlock(7)"))
            assert waiting.get(timeout=30) == ""
        """,
        database_url,
    )


def test_much_goes_both_ways(database_url: str) -> None:
    run(
        """
        words = "0123456789" * 2_000_000
        asking = [gevent.spawn(ask, "SELECT CAST(:words AS text)", words=words) for _ in range(3)]
        assert [each.get(timeout=50) == words for each in asking] == [True] * 3
        """,
        database_url,
    )


def test_a_connection_that_is_cut_while_it_waits_is_gone(database_url: str) -> None:
    run(
        """
        def wait():
            try:
                ask("SELECT pg_sleep(60)::text")
            except DBAPIError as error:
                return error

        waiting = gevent.spawn(wait)
        until(SLEEPING, 1)
        assert ask(CUT + "wait_event = 'PgSleep'") == 1
        assert waiting.get(timeout=30).connection_invalidated
        assert ask("SELECT 7") == 7
        """,
        database_url,
    )


def test_connections_that_were_cut_while_nobody_used_them_are_not_used(database_url: str) -> None:
    run(
        """
        reading = ask(PID)
        writing = database.write(lambda connection: connection.scalar(text(PID)))
        these = f"pid IN ({reading}, {writing})"
        with create_engine(sys.argv[1], isolation_level="AUTOCOMMIT").connect() as other:
            assert other.scalar(text(CUT + these)) == 2
        assert ask(PID) != reading
        assert database.write(lambda connection: connection.scalar(text(PID))) != writing
        """,
        database_url,
    )


def test_one_that_is_killed_while_it_waits_harms_nobody(database_url: str) -> None:
    run(
        """
        waiting = gevent.spawn(ask, "SELECT pg_sleep(60)::text")
        until(SLEEPING, 1)
        waiting.kill()
        assert [ask("SELECT 7") for _ in range(3)] == [7, 7, 7]
        """,
        database_url,
    )
