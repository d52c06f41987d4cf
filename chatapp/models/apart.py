"""Reads that take long, beside those that cannot wait for them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar

from sqlalchemy.orm import Session

from chatapp.greenlets import in_use, offload

T = TypeVar("T")


def apart(session: Session, read: Callable[[], T]) -> T:
    """Runs a read of the session so that only who asks for it waits. Raises what `read` raises.

    SQLite reads without giving way, so it does this in a thread; PostgreSQL is waited for anyway.
    """
    connection = session.connection()  # taken here: the pool is one of greenlets, not of threads
    if connection.dialect.name != "sqlite" or not in_use():
        return read()
    here = copy_context()  # in which the session finds its application
    value, error = offload(lambda: here.run(_outcome, read))
    if error:
        raise error
    return value  # type: ignore[return-value]  # no error, so there is a value


def _outcome(read: Callable[[], T]) -> tuple[T | None, Exception | None]:
    try:
        return read(), None
    except Exception as error:
        return None, error
