"""Storing a conversation that was read: all of it or nothing, and once.

One of many messages is written in batches, so that nobody waits for long: hidden, as one that was
deleted and can be brought back, until the last batch shows it. Where the process ends before that,
the sweep of deleted conversations takes it away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from chatapp import sse
from chatapp.chat import answerer
from chatapp.chat.access import Person, check_documents
from chatapp.chat.citing import anchor
from chatapp.chat.importing.drafts import Draft, Line
from chatapp.chat.markdown import to_html
from chatapp.errors import RequestError, Unauthenticated
from chatapp.events import Change
from chatapp.greenlets import give_way, offload
from chatapp.knowledge.documents import Patron, readable
from chatapp.models import (
    Conversation,
    Database,
    Imported,
    Message,
    User,
    as_id,
    cite,
    make_id,
    now,
    record,
    table,
)
from chatapp.parts import Part, sources_of, text_of, to_json

AT_ONCE = 200
WORDS_AT_ONCE = 500_000
"""Messages, and code points of them, that are written in one transaction."""

PATIENCE = timedelta(hours=1)
"""How long a conversation may take to be written."""

OURS = "chatapp/"

_COLUMNS = (
    *("model", "input_tokens", "output_tokens", "finish_reason", "error", "rating", "comment"),
    *("first_token_at", "completed_at"),
)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Some messages as rows, and the parts of each answer among them."""

    messages: list[dict[str, Any]]
    cited: list[tuple[str, tuple[Part, ...]]]


def store(database: Database, person: Person, draft: Draft) -> bool:
    """Stores a conversation of the person's; false where it is there already.

    Raises `Unauthenticated` where the person is gone.
    """
    digest = _digest(draft)
    if database.read(lambda connection: _is_known(connection, person, draft, digest)):
        return False
    id = make_id()
    try:
        _write(database, person, draft, id, digest)
    except IntegrityError:  # the same file is read in another tab, or the person is gone
        database.write(lambda c: c.execute(delete(Conversation).where(Conversation.id == id)))
        if not database.read(lambda c: c.scalar(select(exists().where(User.id == person.id)))):
            raise Unauthenticated("This account is gone.") from None
        return False
    return True


def _write(database: Database, person: Person, draft: Draft, id: str, digest: str) -> None:
    """Each batch is written before the one behind the next is made: two are held in memory."""
    own = database.read(lambda connection: _own_documents(connection, person, draft))
    batches = _batches(draft, id, own)
    batch: _Rows | None = next(batches)
    first = True
    while batch:
        following = next(batches, None)
        work = [partial(_insert, rows=batch)]
        if first:
            work.insert(0, partial(_begin, person=person, draft=draft, id=id))
        if not following:
            work.append(partial(_show, person=person, id=id, digest=digest))
        database.write(partial(_run, work))
        batch, first = following, False


def _run(work: Sequence[Callable[[Connection], None]], connection: Connection) -> None:
    for each in work:
        each(connection)


def _begin(connection: Connection, person: Person, draft: Draft, id: str) -> None:
    hidden = {"deleted_at": now(), "kept_until": now() + PATIENCE}
    times = {"created_at": draft.created_at, "updated_at": draft.updated_at}
    setup = _usable(connection, person, dict(draft.setup))
    values = {"id": id, "user_id": person.id, "title": draft.title} | times | hidden | setup
    connection.execute(insert(Conversation).values(**values))


def _insert(connection: Connection, rows: _Rows) -> None:
    connection.execute(insert(table(Message)), rows.messages)
    for message_id, parts in rows.cited:
        cite(connection, message_id, parts)


def _show(connection: Connection, person: Person, id: str, digest: str) -> None:
    """What is there is whole. One of the same that was deleted meanwhile is forgotten."""
    mine = (Imported.user_id == person.id, Imported.digest == digest)
    late = exists().where(
        Conversation.id == Imported.conversation_id, Conversation.deleted_at.is_not(None)
    )
    connection.execute(delete(Imported).where(*mine, late))
    known = {"user_id": person.id, "digest": digest, "conversation_id": id}
    connection.execute(insert(Imported).values(**known))
    seen = update(Conversation).where(Conversation.id == id)
    connection.execute(seen.values(deleted_at=None, kept_until=None))
    record(connection, person.id, Change("conversation.created", id))


def _is_known(connection: Connection, person: Person, draft: Draft, digest: str) -> bool:
    """Whether the same was brought in before, or is the very one that the file was made of."""
    theirs = (Conversation.user_id == person.id, Conversation.deleted_at.is_(None))
    brought = exists().where(
        Imported.user_id == person.id,
        Imported.digest == digest,
        Imported.conversation_id == Conversation.id,
        *theirs,
    )
    if connection.scalar(select(brought)):
        return True
    if not draft.origin.startswith(OURS):
        return False
    own = as_id(draft.origin.removeprefix(OURS))
    return bool(connection.scalar(select(exists().where(Conversation.id == own, *theirs))))


def _usable(connection: Connection, person: Person, setup: dict[str, Any]) -> dict[str, Any]:
    """Without an assistant or documents that are gone, or that the person may not use."""
    assistant, chosen = setup.get("assistant_id"), setup.get("document_ids") or []
    kept: dict[str, Any] = {"assistant_id": None, "document_ids": []}
    try:
        answerer.check_usable(connection, person.id, assistant and as_id(assistant))
        kept["assistant_id"] = assistant
    except RequestError:
        pass  # it answers without one
    try:
        check_documents(connection, person.id, map(as_id, chosen))
        kept["document_ids"] = chosen
    except RequestError:
        pass  # it rests on all that the person may read
    return setup | kept


def _own_documents(connection: Connection, person: Person, draft: Draft) -> frozenset[str]:
    """Those that came with questions, and that the person may read here."""
    ids = {each["id"] for line in draft.lines for each in line.values.get("attachments") or ()}
    found = readable(connection, Patron(person.id), sorted(map(as_id, ids))) if ids else ()
    return frozenset(each.id for each in found)


def _batches(draft: Draft, conversation_id: str, own: frozenset[str]) -> Iterator[_Rows]:
    ids = {line.key: make_id() for line in draft.lines}
    batch, words = _Rows([], []), 0
    for position, line in enumerate(draft.lines, 1):
        attached = [
            each
            for each in line.values.get("attachments") or ()
            if each["kind"] == "document" and each["id"] in own
        ]
        row = _row(line, ids, position) | {"attachments": attached or None}
        row["conversation_id"] = conversation_id
        batch.messages.append(row)
        if any(sources_of(line.parts)):
            batch.cited.append((row["id"], line.parts))
        words += len(row["text"])
        give_way()
        if len(batch.messages) == AT_ONCE or words > WORDS_AT_ONCE:
            yield batch
            batch, words = _Rows([], []), 0
    if batch.messages:
        yield batch


def _row(line: Line, ids: dict[str, str], position: int) -> dict[str, Any]:
    text = text_of(line.parts)
    row = {name: line.values.get(name) for name in _COLUMNS}
    row["completed_at"] = row["completed_at"] or line.created_at
    return row | {
        "id": ids[line.key],
        "parent_id": ids[line.parent] if line.parent else None,
        "position": position,
        "role": line.role,
        "status": line.status,
        "text": text,
        "html": _html(ids[line.key], line.parts, text) if line.role == "assistant" else None,
        "parts": [to_json(part) for part in line.parts],
        "continues": ids[line.continues] if line.continues else None,
        "created_at": line.created_at,
    }


def _html(message_id: str, parts: tuple[Part, ...], text: str) -> str:
    """Made by our own formatter: no HTML is taken from a file."""
    sources = {source.position: anchor(message_id, source.position) for source in sources_of(parts)}
    return offload(lambda: to_html(text, sources))


def _digest(draft: Draft) -> str:
    """Told piece by piece: one conversation may be large."""
    told = hashlib.sha256(draft.origin.encode())
    for line in draft.lines:
        parts = [to_json(part) for part in line.parts]
        told.update(sse.encode_json([line.key, line.parent, line.role, parts]))
    return told.hexdigest()
