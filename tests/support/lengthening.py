"""Conversations that are long, without asking a model a thousand times."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from chatapp.models import Message, make_id

WORDS = "These words take some room on a page. "


def lengthen(connection: Connection, conversation_id: str, count: int) -> list[str]:
    """Adds messages in turns behind the last one of a conversation; the ids of all, in order."""
    wanted = select(Message.id).where(Message.conversation_id == conversation_id)
    ids = list(connection.scalars(wanted.order_by(Message.position)))
    before = len(ids)
    ids += [make_id() for _ in range(count)]
    rows = [_message(conversation_id, ids, at) for at in range(before, len(ids))]
    connection.execute(insert(Message), rows)
    return ids


def _message(conversation_id: str, ids: list[str], at: int) -> dict[str, object]:
    text = f"Number {at}. {WORDS * (at % 2 * 10 + 1)}"
    return {
        "id": ids[at],
        "conversation_id": conversation_id,
        "parent_id": ids[at - 1] if at else None,
        "position": at + 1,
        "role": "assistant" if at % 2 else "user",
        "status": "complete",
        "text": text,
        "parts": [{"type": "text", "text": text}],
        "finish_reason": "stop",
    }
