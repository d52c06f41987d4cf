"""Transactions that two requests may try at once, of which one finds what the other stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from chatapp.errors import Unauthenticated
from chatapp.models import Database

T = TypeVar("T")


def write(database: Database, store: Callable[[Connection], T], *, brief: bool = False) -> T:
    """Runs `store`, and runs it again where the same came first: in another process, a moment ago.

    Raises `Unauthenticated` where it is the person who is missing.
    """
    try:
        return database.write(store, brief=brief)
    except IntegrityError:
        return _again(database, store, brief)


def _again(database: Database, store: Callable[[Connection], T], brief: bool) -> T:
    try:
        return database.write(store, brief=brief)
    except IntegrityError:
        raise Unauthenticated("This account is gone.") from None
