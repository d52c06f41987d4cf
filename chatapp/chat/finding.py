"""Where in a conversation words are found that somebody looks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from chatapp.errors import BadRequest
from chatapp.models import Conversation, Message
from chatapp.models.apart import apart

LONGEST_QUERY = 200
BEFORE, AFTER = 40, 120
"""Code points of a message that are shown around what was found in it."""

_BLANKS = re.compile(r"\s+")


def mentions(query: str, dialect: str) -> ColumnElement[bool]:
    """Whether a conversation's title or a message has the words, in whatever case.

    Raises `BadRequest` for words that cannot be.
    """
    if len(query) > LONGEST_QUERY or "\0" in query:
        raise BadRequest(f"query: at most {LONGEST_QUERY} characters, and no NUL.")
    said = select(Message.id).where(
        Message.conversation_id == Conversation.id, _has(Message.text, query, dialect)
    )
    # PostgreSQL would read all messages first; so it looks into one conversation after the other,
    # and has enough of them soon.
    one_by_one = said.correlate(Conversation).offset(0)
    return or_(_has(Conversation.title, query, dialect), one_by_one.exists())


def contexts(session: Session, conversation_ids: Sequence[str], query: str) -> dict[str, str]:
    """A line of the newest message that has the words, for each conversation with such a one."""
    dialect = session.get_bind().dialect.name
    newest = (
        select(Message.conversation_id, func.max(Message.position).label("position"))
        .where(Message.conversation_id.in_(conversation_ids), _has(Message.text, query, dialect))
        .group_by(Message.conversation_id)
        .subquery()
    )
    place = func.instr if dialect == "sqlite" else func.strpos
    at = place(func.lower(Message.text), query.lower())
    begin = case((at > BEFORE, at - BEFORE), else_=1)
    line = func.substr(Message.text, begin, BEFORE + len(query) + AFTER)
    wanted = select(Message.conversation_id, line, at > BEFORE + 1).join(
        newest,
        (newest.c.conversation_id == Message.conversation_id)
        & (newest.c.position == Message.position),
    )
    found = apart(session, lambda: session.execute(wanted).all())
    return {id: "…" * cut + _BLANKS.sub(" ", words).strip() for id, words, cut in found}


def marked(text: str, query: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and of each whether it is what was looked for."""
    if not query:
        yield text, False
        return
    for number, piece in enumerate(re.split(f"({re.escape(query)})", text, flags=re.IGNORECASE)):
        if piece:
            yield piece, number % 2 == 1


def _has(column: Any, query: str, dialect: str) -> ColumnElement[bool]:
    words = query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{words}%"
    if not query.isascii():
        return column.ilike(pattern, escape="\\")  # type: ignore[no-any-return]
    # Both cases of ASCII are known without a look at the whole of Unicode, several times as fast:
    # https://sqlite.org/lang_expr.html#like
    # https://www.postgresql.org/docs/current/collation.html#COLLATION-MANAGING-STANDARD
    plain = column.like if dialect == "sqlite" else column.collate("C").ilike
    return plain(pattern, escape="\\")  # type: ignore[no-any-return]
