"""Files that come with a question: what the question keeps of them, and its conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from chatapp.chat import answerer
from chatapp.errors import Unprocessable
from chatapp.knowledge.documents import Patron, readable
from chatapp.models import Conversation, Message

MOST_CHOSEN = 500
"""Documents that may be chosen for one conversation."""


def documents(connection: Connection, person_id: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Documents as a question keeps them: `{kind, id, name}`.

    Raises `Unprocessable` for one that the person may not read.
    """
    known = {each.id: each for each in readable(connection, Patron(person_id), ids)}
    if len(known) < len(ids):
        raise Unprocessable("document_ids: there is no such document.", param="document_ids")
    return [{"kind": "document", "id": id, "name": known[id].name} for id in ids]


def widen(connection: Connection, person_id: str, conversation: Any, ids: Sequence[str]) -> Any:
    """The conversation's row, which from now on rests on these documents, too.

    One that rests on all that the person may read goes on to do so.
    """
    assistant = answerer.in_use(connection, person_id, conversation.assistant_id)
    chosen, used = answerer.documents(conversation, assistant)
    if used and chosen is None:
        return conversation
    chosen_ids = list(dict.fromkeys((*((chosen or ()) if used else ()), *ids)))
    if len(chosen_ids) > MOST_CHOSEN:
        words = f"A conversation may rest on {MOST_CHOSEN} chosen documents. Choose fewer first."
        raise Unprocessable(words, param="document_ids")
    widened = update(Conversation).where(Conversation.id == conversation.id)
    connection.execute(widened.values(document_ids=chosen_ids))
    return conversation._replace(document_ids=chosen_ids)


def keep(connection: Connection, question_id: str, attachments: list[dict[str, Any]]) -> None:
    """Lets a question that was stored keep what came with it."""
    kept = update(Message).where(Message.id == question_id)
    connection.execute(kept.values(attachments=attachments))


def of(connection: Connection, question_id: str) -> list[dict[str, Any]]:
    """What came with a question that was asked before."""
    found = connection.scalar(select(Message.attachments).where(Message.id == question_id))
    return found or []


def ids_of(kind: str, attachments: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The ids of the attachments of one kind."""
    return tuple(each["id"] for each in attachments if each["kind"] == kind)
