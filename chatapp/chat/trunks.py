"""One way through a conversation's tree, from its first message to one that is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from chatapp.models import Database, Message, table

AT_ONCE = 50
"""Messages that are read in one look."""

_messages = table(Message)


class Step(NamedTuple):
    """A message on the way, without its words."""

    id: str
    parent_id: str | None
    role: str
    status: str


def trunk(
    connection: Connection, conversation_id: str, message_id: str | None = None
) -> list[Step]:
    """The messages that lead to one, oldest first; without an id, those that lead to the newest.

    Empty where the conversation has no such message.
    """
    columns = (Message.id, Message.parent_id, Message.role, Message.status)
    wanted = select(*columns).where(Message.conversation_id == conversation_id)
    rows = connection.execute(wanted.order_by(Message.position)).all()
    by_id = {row.id: Step(*row) for row in rows}
    way = []
    step = by_id.get(message_id or (rows[-1].id if rows else ""))
    while step:
        way.append(step)
        step = by_id.pop(step.parent_id or "", None)
    return way[::-1]


def read(database: Database, ids: Sequence[str]) -> Iterator[list[Row[Any]]]:
    """The messages of these ids in their order, some at a time. Between two looks no connection
    is held; what was deleted meanwhile is left out."""
    for start in range(0, len(ids), AT_ONCE):
        yield database.read(partial(_read, ids[start : start + AT_ONCE]))


def _read(ids: Sequence[str], connection: Connection) -> list[Row[Any]]:
    wanted = select(_messages).where(Message.id.in_(ids)).order_by(Message.position)
    return list(connection.execute(wanted).all())
