"""The statements of a send."""

from __future__ import annotations

from sqlalchemy import (
    ScalarSelect,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from chatapp.models import (
    Assistant,
    CallRow,
    Conversation,
    Document,
    Message,
    Run,
    Send,
    User,
    table,
)
from chatapp.models.prepared import Prepared

_messages = table(Message)

KNOWN_SEND = Prepared(
    select(Send.answer_id, Send.digest, Message.conversation_id)
    .join(Message, Message.id == Send.answer_id)
    .where(Send.user_id == bindparam("user_id"), Send.client_id == bindparam("client_id"))
)
"""The answer that a person's `client_id` has."""

LOCK_PERSON = Prepared(
    select(User.id).where(User.id == bindparam("user_id")).with_for_update(key_share=True)
)
"""Lets the sends of one person count their runs one after the other."""


def _count(rows: type[Run | CallRow]) -> ScalarSelect[int]:
    mine = (rows.user_id == bindparam("user_id"), rows.leased_until >= bindparam("moment"))
    return select(func.count()).select_from(rows).where(*mine).scalar_subquery()


COUNT_RUNS = Prepared(select((_count(Run) + _count(CallRow)).label("running")))
"""How many answers are being written for a person, those that nothing is kept of among them;
those that lost their process are not."""

_introduction = select(User.introduction).where(User.id == Conversation.user_id).scalar_subquery()
_any_document = (
    select(Document.id)
    .where(or_(Document.user_id == Conversation.user_id, Document.shared))
    .limit(literal_column("1"))
    .scalar_subquery()
)
LOCK_CONVERSATION = Prepared(
    update(table(Conversation))
    .where(
        Conversation.id == bindparam("conversation"),
        Conversation.user_id == bindparam("user"),
        Conversation.deleted_at.is_(None),
    )
    .values(updated_at=bindparam("moment"))
    .returning(
        Conversation.id,
        Conversation.title,
        Conversation.model,
        Conversation.instructions,
        Conversation.temperature,
        Conversation.assistant_id,
        Conversation.use_documents,
        Conversation.document_ids,
        Conversation.illustrated,
        _introduction.label("introduction"),
        _any_document.label("any_document"),
    )
)
"""Reads a person's conversation and locks it till the end of the transaction.

`any_document` is one that they may read, where there is any: without one nothing is searched."""

_usable = (
    Assistant.id == bindparam("assistant_id"),
    or_(Assistant.user_id == bindparam("person_id"), Assistant.shared),
)
ASSISTANT = Prepared(select(table(Assistant)).where(*_usable))
"""A stored assistant that a person may use."""

LOCK_ASSISTANT = Prepared(select(Assistant.id).where(*_usable).with_for_update(read=True))
"""The same, which stays and stays usable till the end of the transaction."""

GIVE_TITLE = Prepared(
    update(table(Conversation))
    .where(Conversation.id == bindparam("conversation"))
    .values(title=bindparam("words"))
)

LAST_MESSAGE = Prepared(
    select(Message.id, Message.position)
    .where(Message.conversation_id == bindparam("conversation_id"))
    .order_by(Message.position.desc())
    .limit(literal_column("1"))
)
"""The message with the highest position."""

MESSAGE = Prepared(select(_messages).where(Message.id == bindparam("message_id")))

MESSAGE_OF = Prepared(
    select(Message.id).where(
        Message.id == bindparam("message_id"),
        Message.conversation_id == bindparam("conversation_id"),
    )
)
"""A message, if it is in a conversation."""


def _path(*names: str) -> Prepared:
    parent = aliased(Message)
    steps = (
        select(*(getattr(Message, name) for name in names))
        .where(Message.id == bindparam("message_id"))
        .cte("path", recursive=True)
    )
    before = select(*(getattr(parent, name) for name in names))
    whole = steps.union_all(before.where(parent.id == steps.c.parent_id))
    return Prepared(select(whole).limit(bindparam("count")))


PATH = _path("parent_id", "role", "text", "position")
"""The messages that lead to one, itself included."""

ILLUSTRATED_PATH = _path("parent_id", "role", "text", "position", "attachments")
"""The same with what came with them."""

INSERT_CONVERSATION = Prepared(
    insert(table(Conversation)),
    "id",
    "user_id",
    "title",
    "model",
    "assistant_id",
)
INSERT_QUESTION = Prepared(
    insert(_messages).values(role="user", status="complete"),
    "id",
    "conversation_id",
    "parent_id",
    "position",
    "text",
    "parts",
    "client_id",
    "completed_at",
)
INSERT_ANSWER = Prepared(
    insert(_messages).values(role="assistant", status="pending"),
    "id",
    "conversation_id",
    "parent_id",
    "position",
    "parts",
    "model",
    "continues",
    "client_id",
)
INSERT_RUN = Prepared(insert(table(Run)), "message_id", "user_id", "owner", "leased_until")
INSERT_SEND = Prepared(insert(table(Send)), "user_id", "client_id", "answer_id", "digest")
