"""gunicorn's worker; the test is a process of its own, under gevent."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PROGRAM = """
from gevent import monkey

monkey.patch_all()

import os

import gevent
from gevent.socket import socketpair

from chatapp.worker import Client

ours, theirs = socketpair()
client = Client(ours.family, ours.type, ours.proto, ours.detach())
pieces = [b"a word", os.urandom(4_000_000), b"", b"the end"]


def send():
    for piece in pieces:
        client.sendall(piece)
    client.close()


def read():
    while data := theirs.recv(65_536):
        yield data
        gevent.sleep(0)


sending = gevent.spawn(send)
assert b"".join(read()) == b"".join(pieces)
sending.get()
"""


def test_a_client_gets_all_that_is_sent_to_it_however_much_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
