"""Which process reads which document: each is claimed by one at a time, for as long as it lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import time
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, case, select, update

from chatapp.events import DocumentState
from chatapp.knowledge.names import LONGEST_TITLE, one_line
from chatapp.knowledge.reading import Reading
from chatapp.models import Database, Document, DocumentFile, make_id, now, record_document

LEASE = 20.0
"""Seconds after which a document is taken from a process that has not been heard of."""

ATTEMPTS = 3
"""How often a document is begun at most: some file may be what ends the processes."""

FATAL = "Reading this file ended the server's process several times. It is not tried again."

Store: TypeAlias = Callable[[Connection, str, Reading], None]
"""Keeps what was read of the document with this id, in place of what was read before."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A document that this process reads, and `token`, by which it is known that it still does."""

    token: str
    document_id: str
    name: str
    content: bytes = field(repr=False)


def waiting(database: Database) -> bool:
    """Whether there is a document to read: a new one, or one whose process is gone."""
    return database.read(_next) is not None


def take(database: Database, only: str | None = None) -> Claim | None:
    """Claims the document that has waited longest, or `only` this one; None where there is none.

    The database may be away: then SQLAlchemy's errors are raised, as by all of these.
    """

    def store(connection: Connection) -> Claim | None:
        while (id := _next(connection, only)) is not None:
            claim = _claim(connection, id)
            if claim:
                return claim
        return None

    return database.write(store)


def renew(database: Database, claim: Claim) -> bool:
    """Lets a claim last longer; false where it is somebody else's, or the document is gone."""
    longer = update(Document).where(*_is_held(claim)).values(claimed_until=time() + LEASE)
    return database.write(lambda connection: connection.execute(longer).rowcount > 0, brief=True)


def release(database: Database, claim: Claim) -> None:
    """Gives a document back at once, as if it had not been begun."""

    def store(connection: Connection) -> None:
        attempts = Document.attempts - 1
        _seal(connection, claim, "queued", attempts=attempts, claimed_until=time())

    database.write(store, brief=True)


def keep(database: Database, claim: Claim, reading: Reading, store: Store) -> bool:
    """Keeps what was read, all of it or nothing; false where the claim is no longer ours."""

    def finish(connection: Connection) -> bool:
        kept = _seal(
            connection,
            claim,
            "ready",
            title=case((Document.titled, Document.title), else_=_title(reading)),
            media_type=reading.media_type,
            indexed_at=now(),
        )
        if kept:
            store(connection, claim.document_id, reading)
        return kept

    return database.write(finish)


def refuse(database: Database, claim: Claim, words: str) -> bool:
    """Says why a document cannot be read; false where the claim is no longer ours."""
    return database.write(lambda connection: _seal(connection, claim, "failed", error=words))


def _next(connection: Connection, only: str | None = None) -> str | None:
    """The document to read next; one that another process is just claiming is passed over."""
    for condition in _is_new(), _is_lost():
        wanted: Select[Any] = select(Document.id).where(*condition).order_by(Document.claimed_until)
        if only is not None:
            wanted = wanted.where(Document.id == only)
        id: str | None = connection.scalar(wanted.limit(1).with_for_update(skip_locked=True))
        if id is not None:
            return id
    return None


def _claim(connection: Connection, id: str) -> Claim | None:
    """Begins a document; None where it was begun too often, which is its end."""
    claim = make_id()
    begun = (
        update(Document)
        .where(Document.id == id)
        .values(
            state="indexing",
            claim=claim,
            claimed_until=time() + LEASE,
            attempts=Document.attempts + 1,
        )
        .returning(Document.name, Document.attempts, Document.user_id)
    )
    document = connection.execute(begun).one()
    file = select(DocumentFile.content).where(DocumentFile.document_id == id)
    made = Claim(claim, id, document.name, connection.scalar(file) or b"")
    if document.attempts > ATTEMPTS:
        _seal(connection, made, "failed", error=FATAL)
        return None
    record_document(connection, document.user_id, id, "indexing")
    return made


def _seal(connection: Connection, claim: Claim, state: DocumentState, **values: Any) -> bool:
    """Ends a claim that is still ours, and tells the owner."""
    anew = {"state": state, "claim": None, "error": None} | values
    sealed = update(Document).where(*_is_held(claim)).values(anew)
    document = connection.execute(sealed.returning(Document.user_id)).first()
    if document is None:
        return False
    record_document(connection, document.user_id, claim.document_id, state)
    return True


def _is_new() -> tuple[ColumnElement[bool], ...]:
    return (Document.state == "queued",)


def _is_lost() -> tuple[ColumnElement[bool], ...]:
    return Document.state == "indexing", Document.claimed_until < time()


def _is_held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return Document.id == claim.document_id, Document.claim == claim.token


def _title(reading: Reading) -> Any:
    """What reading found, or what the name says where it found nothing."""
    return one_line(reading.title)[:LONGEST_TITLE] or Document.title
