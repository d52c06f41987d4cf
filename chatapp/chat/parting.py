"""What conversations keep of an assistant that they lose: it goes, what it said stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Connection, Text, and_, case, cast, func, literal, select, update

from chatapp.chat.personas import Persona, of
from chatapp.events import Change
from chatapp.models import Assistant, Conversation, User, record


def part(connection: Connection, assistant: Persona, spared: str = "") -> None:
    """Writes what an assistant says into the conversations that use it, and names it no more.

    Those of one person are `spared`. What was chosen for a conversation itself stays as it is. A
    guest's gets no model, of which guests have no choice.
    """
    theirs = (Conversation.assistant_id == assistant.id, Conversation.user_id != spared)
    parted = update(Conversation).where(*theirs).values(assistant_id=None, **_kept(assistant))
    rows = connection.execute(parted.returning(Conversation.id, Conversation.user_id)).all()
    for row in rows:
        record(connection, row.user_id, Change("conversation.updated", row.id))


def part_from_all(connection: Connection, user_id: str) -> None:
    """The same for all assistants of somebody who goes, whose own conversations go, too."""
    wanted = select(Assistant.__table__).where(Assistant.user_id == user_id).with_for_update()
    for row in connection.execute(wanted).all():
        part(connection, of(row), spared=user_id)


def _kept(assistant: Persona) -> dict[str, Any]:
    """The values of the columns, each as an expression over what the conversation has."""
    account = select(User.email).where(User.id == Conversation.user_id).scalar_subquery()
    silent = func.coalesce(Conversation.model, "") == ""
    kept: dict[str, Any] = {
        "instructions": func.coalesce(
            func.nullif(Conversation.instructions, ""), assistant.instructions
        ),
        "temperature": func.coalesce(Conversation.temperature, assistant.temperature),
        "model": case(
            (and_(silent, account.is_not(None)), assistant.model), else_=Conversation.model
        ),
    }
    if not assistant.use_documents:
        kept["use_documents"] = func.coalesce(Conversation.use_documents, False)
    elif assistant.document_ids:
        none = cast(Conversation.document_ids, Text) == "[]"  # PostgreSQL compares no JSON
        kept["document_ids"] = case(
            (none, literal(list(assistant.document_ids), JSON)), else_=Conversation.document_ids
        )
    return kept
