"""What takes PostgreSQL's driver longer than it must: to wait, and to see who is there."""

from __future__ import annotations

import sys
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.waiting import Ready
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

from chatapp import greenlets


class Connection(psycopg.Connection[Any]):
    """Lets gevent's loop wait for the server.

    Where gevent has patched it, psycopg waits by `select.poll`, which takes a dozen objects of
    gevent's for each statement.
    """

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """What the generator returns, which yields whenever it would block."""
        if timeout is not None:  # where a statement is to be cancelled
            return super().wait(gen, interval, timeout)
        hub = sys.modules["gevent"].get_hub()
        try:
            wanted = next(gen)
            while True:
                watcher = hub.loop.io(self.pgconn.socket, wanted)
                try:
                    hub.wait(watcher)
                finally:
                    watcher.close()
                wanted = gen.send(Ready(wanted))  # it looks itself, and does not block
        except StopIteration as done:
            returned: RV = done.value
            return returned


def prepare(engine: Engine) -> None:
    """Makes an engine that has not been used yet connect like this, and look without a question
    whether the server is there before a connection is used again."""
    if greenlets.in_use():
        event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkout", _check)


def _connect(_dialect: Any, _record: Any, words: Any, options: Any) -> Connection:
    return Connection.connect(*words, **options)


def _check(connection: psycopg.Connection[Any], *_: object) -> None:
    """Sees the end of a connection whose server was stopped or started anew.

    Twice, as the server says goodbye before it closes, and the first look may read only that.
    """
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error
