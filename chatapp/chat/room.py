"""How many answers may be written for one person at once, in all processes together."""

from __future__ import annotations

from time import time

from sqlalchemy import Connection

from chatapp.chat.statements import COUNT_RUNS, LOCK_PERSON
from chatapp.errors import RateLimited


def check_room(connection: Connection, person_id: str, most: int) -> None:
    """Raises `RateLimited` where as many are being written already; else the person stays locked
    till the end of the transaction, so that whoever counts next counts this one, too."""
    if connection.dialect.name != "sqlite":  # where one writes at a time anyway
        LOCK_PERSON.run(connection, {"user_id": person_id})
    counted = {"user_id": person_id, "moment": time()}
    if COUNT_RUNS.first(connection, counted).running >= most:
        raise RateLimited(
            "Too many answers are being written for you at once. Wait for one to end."
        )
