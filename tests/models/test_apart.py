"""Reads of SQLite that take long, under greenlets; each test is its own process."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

OPENING = """
from gevent import monkey

monkey.patch_all()

import sys

import gevent
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from chatapp.models import Database
from chatapp.models.apart import apart

engine = create_engine(f"sqlite:///{sys.argv[1]}")
database = Database(engine)
session = Session(engine)
held = monkey.get_original("_thread", "allocate_lock")()  # holds up the thread, as SQLite does
held.acquire()
driver = session.connection().connection.driver_connection
driver.create_function("let_go", 0, lambda: held.acquire(timeout=30))


def read(statement):
    return apart(session, lambda: session.scalar(text(statement)))
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


def test_greenlets_go_on_while_sqlite_reads(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        gevent.spawn(held.release)  # which runs while the statement does, or never
        assert read("SELECT let_go()") == 1
        """,
    )


def test_what_a_read_raises_is_raised(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        try:
            read("SELECT nothing FROM nowhere")
        except OperationalError as error:
            assert "nowhere" in str(error)
        else:
            raise AssertionError("nothing was raised")
        """,
    )
