"""Assistants and documents of people, put straight into the tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from chatapp.models import Assistant, Conversation, Database, Document, make_id


def add_assistant(database: Database, user_id: str, **values: object) -> str:
    """An assistant of somebody's; its id."""
    id = make_id()
    shown = {"name": "Ada", "letter": "A", "colour": "teal"}
    made = insert(Assistant).values(id=id, user_id=user_id, **shown | values)
    database.write(lambda connection: connection.execute(made))
    return id


def add_document(database: Database, user_id: str | None, **values: object) -> str:
    """A document that can be searched; its id."""
    id = make_id()
    shown = {"name": f"{id}.md", "title": "Leave", "media_type": "text/markdown", "size": 1}
    made = insert(Document).values(id=id, user_id=user_id, checksum=id, state="ready")
    made = made.values(**shown | values)
    database.write(lambda connection: connection.execute(made))
    return id


def stored(database: Database, conversation_id: str) -> Any:
    """A conversation's row."""
    wanted = select(Conversation.__table__).where(Conversation.id == conversation_id)
    return database.read(lambda connection: connection.execute(wanted).one())
