"""Who answers in a conversation: the assistant that was chosen for it, or nobody in particular."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from chatapp.chat.personas import NOBODY, Persona, of
from chatapp.chat.ready_made import READY_MADE
from chatapp.chat.statements import ASSISTANT, LOCK_ASSISTANT
from chatapp.errors import Unprocessable
from chatapp.models import as_id


def usable(connection: Connection, person_id: str, assistant_id: str) -> Persona | None:
    """An assistant, if the person may use it; only for one that is stored is anything read."""
    if known := READY_MADE.get(assistant_id):
        return known
    wanted = {"assistant_id": as_id(assistant_id), "person_id": person_id}
    row = ASSISTANT.first(connection, wanted)
    return of(row) if row else None


def in_use(connection: Connection, person_id: str, assistant_id: str | None) -> Persona:
    """Who answers in a conversation."""
    if assistant_id is None:
        return NOBODY
    return usable(connection, person_id, assistant_id) or NOBODY


def documents(conversation: Any, assistant: Persona) -> tuple[tuple[str, ...] | None, bool]:
    """Which documents an answer may rest on, None for all, and whether it may on any.

    What a person chose for the conversation counts before what the assistant says.
    """
    if conversation.document_ids:
        return tuple(conversation.document_ids), True
    uses = conversation.use_documents
    if uses is None:
        uses = assistant.use_documents
    return assistant.document_ids or None, uses


def check_usable(connection: Connection, person_id: str, assistant_id: str | None) -> None:
    """Raises `Unprocessable` for an assistant that a person may not use.

    One that they may use stays so till the end of the transaction.
    """
    if assistant_id is None or assistant_id in READY_MADE:
        return
    wanted = {"assistant_id": assistant_id, "person_id": person_id}
    if LOCK_ASSISTANT.first(connection, wanted) is None:
        raise Unprocessable("assistant_id: there is no such assistant.", param="assistant_id")
