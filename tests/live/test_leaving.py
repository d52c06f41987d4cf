"""Clients that leave: noticed at once, once, and only as long as somebody watches."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from socket import SHUT_WR, socket, socketpair

import pytest

from chatapp.live.leaving import watch

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10.0


class Noticed:
    """How often a departure was told."""

    def __init__(self) -> None:
        self.times = 0
        self.told = threading.Event()

    def __call__(self) -> None:
        self.times += 1
        self.told.set()


@pytest.fixture
def line() -> Iterator[tuple[socket, socket]]:
    """Our end of a connection, and the client's."""
    ours, theirs = socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_closed_connection_is_noticed(line: tuple[socket, socket]) -> None:
    ours, theirs = line
    noticed = Noticed()
    watching = watch(ours, noticed)
    theirs.close()
    assert noticed.told.wait(PATIENCE)
    watching.end()
    assert noticed.times == 1


def test_a_client_that_will_say_nothing_more_has_left(line: tuple[socket, socket]) -> None:
    ours, theirs = line
    noticed = Noticed()
    watch(ours, noticed)
    theirs.shutdown(SHUT_WR)
    assert noticed.told.wait(PATIENCE)


def test_a_departure_is_noticed_behind_bytes_that_nobody_reads(
    line: tuple[socket, socket],
) -> None:
    ours, theirs = line
    noticed = Noticed()
    watch(ours, noticed)
    theirs.sendall(b"more")
    theirs.close()
    assert noticed.told.wait(PATIENCE)
    assert ours.recv(8) == b"more"


def test_nothing_is_noticed_after_the_end(line: tuple[socket, socket]) -> None:
    ours, theirs = line
    noticed = Noticed()
    before = set(threading.enumerate())
    watching = watch(ours, noticed)
    (thread,) = set(threading.enumerate()) - before
    watching.end()
    theirs.close()
    thread.join(PATIENCE)
    assert (noticed.times, thread.is_alive()) == (0, False)


GREENLETS = """
from gevent import monkey

monkey.patch_all()

import gevent
from gevent.event import Event
from socket import SHUT_WR, socketpair
from chatapp.live.leaving import watch

def notices(leave, *, ended=False):
    ours, theirs = socketpair()
    told = Event()
    watching = watch(ours, told.set)
    gevent.sleep(0)
    if ended:
        watching.end()
    leave(theirs)
    noticed = told.wait(0.1 if ended else 10)
    watching.end()
    ours.close(), theirs.close()
    return noticed
"""


def run(program: str) -> None:
    """Runs a program under gevent; it must end well and print nothing to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", GREENLETS + textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_greenlets_notice_departures() -> None:
    run(
        """
        assert notices(lambda theirs: theirs.close())
        assert notices(lambda theirs: theirs.shutdown(SHUT_WR))
        assert not notices(lambda theirs: theirs.close(), ended=True)
        """
    )


def test_a_client_that_goes_on_sending_keeps_no_loop_busy() -> None:
    run(
        """
        from chatapp.live import leaving

        looks = 0
        look = leaving._Greenlets._look

        def counting(watching):
            global looks
            looks += 1
            look(watching)

        leaving._Greenlets._look = counting
        ours, theirs = socketpair()
        told = Event()
        watching = watch(ours, told.set)
        theirs.sendall(b"GET / HTTP/1.1")
        for _ in range(100):
            gevent.sleep(0.001)
        assert (looks, told.is_set()) == (1, False)
        assert ours.recv(100) == b"GET / HTTP/1.1"
        watching.end()
        """
    )
