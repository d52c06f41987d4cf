"""Conversations put straight into a database: a thousand of them in the time of one request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Engine, create_engine, insert, select

from chatapp.models import Conversation, Message, User, make_id, now
from tests.support.instance import EMAIL, Instance

_WORDS = "What does the handbook say about this, and since when does it say so? " * 2
_AT_ONCE = 5000


def database_of(instance: Instance) -> str:
    """The URL of an installation's database, for SQLAlchemy."""
    url = instance.env.get("DATABASE_URL") or f"sqlite:///{instance.folder / 'chatapp.db'}"
    return url.replace("postgresql://", "postgresql+psycopg://")


def conversations(url: str, count: int, messages: int = 0) -> list[str]:
    """Makes so many conversations of the account, each with so many messages; their ids."""
    engine = create_engine(url)
    try:
        return _insert(engine, count, messages)
    finally:
        engine.dispose()


def _insert(engine: Engine, count: int, messages: int) -> list[str]:
    ids = [make_id() for _ in range(count)]
    said = (row for id in ids for row in _messages(id, messages))
    with engine.begin() as connection:
        user_id = connection.scalar(select(User.id).where(User.email == EMAIL))
        made = [{"id": id, "user_id": user_id, "title": "Seeded"} for id in ids]
        connection.execute(insert(Conversation), made)
        while rows := list(islice(said, _AT_ONCE)):
            connection.execute(insert(Message), rows)
    return ids


def _messages(conversation_id: str, count: int) -> Iterator[dict[str, Any]]:
    """Questions and answers in turn, each with the one before it as its parent."""
    parent_id = None
    for position in range(1, count + 1):
        id = make_id()
        yield {
            "id": id,
            "conversation_id": conversation_id,
            "parent_id": parent_id,
            "position": position,
            "role": "user" if position % 2 else "assistant",
            "status": "complete",
            "text": _WORDS,
            "parts": [{"type": "text", "text": _WORDS}],
            "completed_at": now(),
        }
        parent_id = id
