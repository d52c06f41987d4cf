"""The list of a person's conversations, and what is found in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from chatapp.chat.access import Person
from chatapp.chat.finding import mentions
from chatapp.models import Conversation, Message, Run
from chatapp.models.apart import apart
from chatapp.models.paging import Page, decode_cursor, encode_cursor


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list: what `query` finds in titles and messages, behind the cursor `after`.

    `archived` and `pinned` are either these alone, or the others alone, or, where they are None,
    both; but those archived are not listed with the others unless there is a query.
    """

    query: str = ""
    after: str = ""
    limit: int = 50
    archived: bool | None = None
    pinned: bool | None = None


def conversations(session: Session, person: Person, wanted: Wanted) -> Page[Conversation]:
    """The person's conversations, the one that changed last first.

    Raises `BadRequest` for a cursor or a query that cannot be.
    """
    asked = select(Conversation).where(*_conditions(session, person, wanted))
    if wanted.after:
        place = tuple_(Conversation.updated_at, Conversation.id)
        asked = asked.where(place < decode_cursor(wanted.after))
    # `kept_until` is null in all of them; PostgreSQL reads them in order only where this is said.
    newest = (Conversation.kept_until, Conversation.updated_at, Conversation.id)
    order = [column.desc() for column in newest]
    asked = asked.order_by(*order).limit(wanted.limit + 1)

    def read() -> Sequence[Conversation]:
        return session.scalars(asked).all()

    found = apart(session, read) if wanted.query else read()
    last = found[wanted.limit - 1] if len(found) > wanted.limit else None
    cursor = encode_cursor(last.updated_at, last.id) if last else None
    return Page(found[: wanted.limit], cursor)


def answering(session: Session, conversation_ids: Iterable[str]) -> frozenset[str]:
    """Those of the conversations in which an answer is being written now."""
    wanted = select(Message.conversation_id).join(Run, Run.message_id == Message.id)
    return frozenset(session.scalars(wanted.where(Message.conversation_id.in_(conversation_ids))))


def _conditions(session: Session, person: Person, wanted: Wanted) -> list[Any]:
    archived = wanted.archived
    if archived is None and not wanted.query:
        archived = False
    conditions = [Conversation.user_id == person.id, Conversation.kept_until.is_(None)]
    if archived is not None:
        conditions.append(Conversation.archived.is_(archived))
    if wanted.pinned is not None:
        conditions.append(Conversation.pinned.is_(wanted.pinned))
    if wanted.query:
        conditions.append(mentions(wanted.query, session.get_bind().dialect.name))
    return conditions
