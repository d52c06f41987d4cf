"""What is stored of a person, or of a conversation: JSON that is never whole in memory."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, tuple_

from chatapp import sse
from chatapp.events import ENDINGS
from chatapp.live.store.database import stored_parts
from chatapp.models import (
    Assistant,
    BrowserSession,
    Conversation,
    Database,
    Document,
    DocumentText,
    Image,
    ImageFile,
    LinkedIdentity,
    Message,
    ResponseRow,
    SavedPrompt,
    Share,
    Token,
    User,
    now,
)
from chatapp.parts import to_json

ROWS_AT_ONCE = 100
MESSAGES_AT_ONCE = 20

_users, _sessions, _tokens = User.__table__, BrowserSession.__table__, Token.__table__
_messages, _shares = Message.__table__, Share.__table__

_ASKED = (ResponseRow.input, ResponseRow.settings)
_ASKED_WITH = frozenset(column.key for column in _ASKED)
"""What the answers to programs were asked with."""

ACCOUNT = select(*(column for column in _users.c if column.name != "password_hash"))
LISTS: dict[str, Select[Any]] = {
    "browsers": select(_sessions.c.browser, _sessions.c.created_at, _sessions.c.seen_at),
    "tokens": select(*(column for column in _tokens.c if column.name != "digest")),
    "assistants": select(*Assistant.__table__.c),
    "saved_prompts": select(*SavedPrompt.__table__.c),
    "identities": select(*LinkedIdentity.__table__.c),
    "shares": select(*(column for column in _shares.c if column.name != "capability")),
}
"""What is short enough to be read at once, by its name in the document. Nothing opens a door."""


def export(database: Database, user_id: str) -> Iterator[bytes]:
    """The document, piece by piece. Between two pieces no connection is held."""
    head = {"exported_at": _shown(now()), "account": _account(database, user_id)}
    head |= {name: _list(database, name, user_id) for name in LISTS}
    yield sse.encode_json(head)[:-1] + b',"documents":['
    for number, document in enumerate(_documents(database, user_id)):
        yield b",\n" * (number > 0) + sse.encode_json(document)
    yield b'],"images":['
    for number, image in enumerate(_images(database, user_id)):
        yield b",\n" * (number > 0) + sse.encode_json(image)
    yield b'],"conversations":['
    for number, conversation in enumerate(_owned(database, Conversation, user_id)):
        yield b",\n" * (number > 0)
        yield from _conversation(database, conversation)
    yield b"]}\n"


def export_conversation(database: Database, conversation_id: str) -> Iterator[bytes]:
    """One conversation, as the document of its owner has it, with all branches."""
    wanted = select(Conversation.__table__).where(Conversation.id == conversation_id)
    for conversation in _read(database, wanted):
        yield from _conversation(database, conversation)
        yield b"\n"


def _conversation(database: Database, conversation: Row[Any]) -> Iterator[bytes]:
    yield sse.encode_json(_fields(conversation))[:-1] + b',"messages":['
    for place, message in enumerate(_messages_of(database, conversation.id)):
        yield b",\n" * (place > 0) + sse.encode_json(message)
    yield b"]}"


def _account(database: Database, user_id: str) -> dict[str, Any] | None:
    wanted = ACCOUNT.where(_users.c.id == user_id)
    row = database.read(lambda connection: connection.execute(wanted).first())
    return _fields(row) if row else None


def _list(database: Database, name: str, user_id: str) -> list[dict[str, Any]]:
    wanted = LISTS[name]
    (table,) = wanted.get_final_froms()
    theirs = wanted.where(table.c.user_id == user_id).order_by(table.c.created_at)
    rows = database.read(lambda connection: connection.execute(theirs).all())
    return [_fields(row) for row in rows]


def _documents(database: Database, user_id: str) -> Iterator[dict[str, Any]]:
    """With their words, each read when it is its turn; their files can be downloaded."""
    for document in _owned(database, Document, user_id):
        words = select(DocumentText.text).where(DocumentText.document_id == document.id)
        read = _read(database, words)
        yield _fields(document) | {"text": read[0].text if read else None}


def _images(database: Database, user_id: str) -> Iterator[dict[str, Any]]:
    """With their bytes in base64, each read when it is its turn. Questions name them by id."""
    for image in _owned(database, Image, user_id):
        file = select(ImageFile.content).where(ImageFile.image_id == image.id)
        for row in _read(database, file):
            content = b64encode(row.content).decode()
            yield _fields(image) | {"content": content}


def _owned(
    database: Database, model: type[Conversation | Document | Image], user_id: str
) -> Iterator[Row[Any]]:
    """What is the person's of a kind, the oldest first."""
    place = tuple_(model.created_at, model.id)
    theirs = (
        select(model.__table__)
        .where(model.user_id == user_id)
        .order_by(model.created_at, model.id)
        .limit(ROWS_AT_ONCE)
    )
    rows = _read(database, theirs)
    while rows:
        yield from rows
        last = rows[-1]
        rows = _read(database, theirs.where(place > (last.created_at, last.id)))


def _messages_of(database: Database, conversation_id: str) -> Iterator[dict[str, Any]]:
    """As they are at this moment, also one that is being written."""
    theirs = (
        select(_messages, *_ASKED)
        .outerjoin(ResponseRow, ResponseRow.message_id == Message.id)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.position)
        .limit(MESSAGES_AT_ONCE)
    )
    rows = _read(database, theirs)
    while rows:
        for row in rows:
            shown = _fields(row)
            if row.input is None:  # nobody asked for it by way of a response
                shown = {name: value for name, value in shown.items() if name not in _ASKED_WITH}
            yield shown | ({} if row.status in ENDINGS else _growing(database, row.id))
        rows = _read(database, theirs.where(Message.position > rows[-1].position))


def _growing(database: Database, message_id: str) -> dict[str, Any]:
    parts = database.read(lambda connection: stored_parts(connection, message_id))
    return {"parts": [to_json(part) for part in parts]}


def _read(database: Database, wanted: Select[Any]) -> list[Row[Any]]:
    return database.read(lambda connection: list(connection.execute(wanted).all()))


def _fields(row: Row[Any]) -> dict[str, Any]:
    """A row's columns, but those that only tell one send from another, or who is at work on it."""
    hidden = ("user_id", "conversation_id", "digest", "attempts", "claim", "claimed_until")
    return {name: _shown(value) for name, value in row._mapping.items() if name not in hidden}


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value
