"""Conversations as they are stored: answers have been formatted, and some of them are long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import create_engine, insert, select, update

from bench.browser.model import ANSWER
from chatapp.chat.markdown import to_html
from chatapp.models import Conversation, Message, User, make_id, now
from tests.support.instance import EMAIL

_QUESTION = "What does the handbook say about this, and since when does it say so?"
_BRIEF = "Since **May**: the office closes at six, and on Fridays at four. See `hours.md`."
_LONG_EVERY = 4
"""One answer of so many is long."""


def conversation(url: str, messages: int) -> str:
    """Makes a conversation of the account, with so many questions and answers; its id."""
    engine = create_engine(url)
    id = make_id()
    try:
        with engine.begin() as connection:
            user_id = connection.scalar(select(User.id).where(User.email == EMAIL))
            made = {"id": id, "user_id": user_id, "title": f"A talk of {messages} messages"}
            connection.execute(insert(Conversation), made)
            connection.execute(insert(Message), list(_messages(id, messages)))
    finally:
        engine.dispose()
    return id


def rename_some(url: str, word: str, every: int) -> int:
    """Puts a word into one message of so many; how many have it now."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            ids = list(connection.scalars(select(Message.id).order_by(Message.id)))[::every]
            said = f"Somewhere in the middle it says {word}, and nowhere else."
            connection.execute(update(Message).where(Message.id.in_(ids)).values(text=said))
    finally:
        engine.dispose()
    return len(ids)


def _messages(conversation_id: str, count: int) -> Iterator[dict[str, Any]]:
    answers = [(text, to_html(text)) for text in (ANSWER, _BRIEF)]
    parent_id = None
    for position in range(1, count + 1):
        id = make_id()
        asked = position % 2 == 1
        text, html = (_QUESTION, None) if asked else answers[position // 2 % _LONG_EVERY > 0]
        yield {
            "id": id,
            "conversation_id": conversation_id,
            "parent_id": parent_id,
            "position": position,
            "role": "user" if asked else "assistant",
            "status": "complete",
            "finish_reason": None if asked else "stop",
            "text": text,
            "html": html,
            "parts": [{"type": "text", "text": text}],
            "completed_at": now(),
        }
        parent_id = id
