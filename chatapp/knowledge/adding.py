"""Files that somebody adds: each is kept once, and waits to be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from time import time
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from chatapp.errors import Forbidden, TooLarge, Unauthenticated
from chatapp.greenlets import offload
from chatapp.knowledge import names
from chatapp.knowledge.documents import Patron
from chatapp.models import (
    Database,
    Document,
    DocumentFile,
    User,
    make_id,
    record_document,
    table,
)

GUESTS_DOCUMENTS = 20
GUESTS_BYTES = 50 * 1024 * 1024
"""What a guest may keep: nobody knows who it is, and it goes when nothing is heard of them."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to add. Its `name` is the path below a folder that was added.

    Without a `title` reading it finds one. One that `replaces` takes the place of the person's
    document of the same name.
    """

    name: str
    content: bytes = field(repr=False)
    title: str = ""
    shared: bool = False
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """The document of an upload; it is not `new` where the same bytes were there before."""

    id: str
    new: bool


def add(database: Database, patron: Patron, upload: Upload) -> Added:
    """Keeps a file, to be read by whoever takes it from the queue. Raises what `add_all` raises."""
    return add_all(database, patron, [upload])[0]


def add_all(database: Database, patron: Patron, uploads: Iterable[Upload]) -> list[Added]:
    """The same for several files: where one cannot be kept, none is.

    The same bytes of the same person are one document, also where they arrive twice at once; one
    that could not be read is tried again. Raises `Unprocessable` for a name that cannot be,
    `Forbidden` and `TooLarge` for what guests may not, `Unauthenticated` where the
    person is gone.
    """
    wanted = [(each, _values(patron, each)) for each in uploads]

    def store(connection: Connection) -> list[Added]:
        if patron.id is not None:
            _lock(connection, patron.id)
        return [_add(connection, patron, upload, dict(values)) for upload, values in wanted]

    return database.write(store)


def _values(patron: Patron, upload: Upload) -> dict[str, Any]:
    if patron.guest and upload.shared:
        raise Forbidden("Guests share nothing. Sign up to share documents with everybody.")
    name = names.normalize(upload.name)
    return {
        "name": name,
        "title": upload.title or names.title_of(name),
        "titled": bool(upload.title),
        "media_type": names.guess_media_type(name),
        "size": len(upload.content),
        "checksum": offload(lambda: sha256(upload.content).hexdigest()),
    }


def _lock(connection: Connection, user_id: str) -> None:
    """Lets what one person adds at once take turns. Raises `Unauthenticated` where they are gone.

    What refers to the person, such as a question, does not wait.
    """
    person = select(User.id).where(User.id == user_id).with_for_update(key_share=True)
    if connection.scalar(person) is None:
        raise Unauthenticated("This account is gone.")


def _add(connection: Connection, patron: Patron, upload: Upload, values: dict[str, Any]) -> Added:
    known = _find_same(connection, patron, values["checksum"])
    if known is not None:
        return _add_again(connection, patron, known)
    if patron.guest:
        _check_room(connection, patron, values["size"])
    replaced = _find_named(connection, patron, values["name"]) if upload.replaces else None
    if replaced is not None:
        return _replace(connection, patron, replaced, upload.content, values)
    id = make_id()
    made = insert(table(Document)).values(id=id, user_id=patron.id, shared=upload.shared, **values)
    connection.execute(made.values(claimed_until=time()))
    connection.execute(insert(table(DocumentFile)).values(document_id=id, content=upload.content))
    record_document(connection, patron.id, id, "queued")
    return Added(id, True)


def _find_same(connection: Connection, patron: Patron, checksum: str) -> Any:
    same = select(Document.id, Document.state).where(
        Document.user_id == patron.id, Document.checksum == checksum
    )
    return connection.execute(same).first()


def _find_named(connection: Connection, patron: Patron, name: str) -> str | None:
    named = select(Document.id).where(Document.user_id == patron.id, Document.name == name)
    return connection.scalar(named.order_by(Document.created_at).limit(1))


def _add_again(connection: Connection, patron: Patron, known: Any) -> Added:
    if known.state == "failed":
        _queue(connection, patron, known.id)
    return Added(known.id, False)


def _queue(connection: Connection, patron: Patron, id: str, **values: Any) -> None:
    """Lets a document be read anew, with the same number of attempts as a new one."""
    anew = {"state": "queued", "error": None, "attempts": 0, "claim": None}
    queued = update(Document).where(Document.id == id)
    connection.execute(queued.values(**anew, claimed_until=time(), **values))
    record_document(connection, patron.id, id, "queued")


def _replace(
    connection: Connection, patron: Patron, id: str, content: bytes, values: dict[str, Any]
) -> Added:
    """Gives a document another content; who chose it goes on with the new one."""
    if not values["titled"]:
        del values["title"], values["titled"]
    _queue(connection, patron, id, **values)
    file = update(DocumentFile).where(DocumentFile.document_id == id)
    connection.execute(file.values(content=content))
    return Added(id, True)


def _check_room(connection: Connection, patron: Patron, size: int) -> None:
    """Raises `Forbidden` or `TooLarge` where a guest keeps enough already."""
    kept = select(func.count(), func.coalesce(func.sum(Document.size), 0))
    count, total = connection.execute(kept.where(Document.user_id == patron.id)).one()
    if count >= GUESTS_DOCUMENTS:
        words = f"Guests keep up to {GUESTS_DOCUMENTS} documents. Sign up to add more."
        raise Forbidden(words, code="too_many_documents")
    if total + size > GUESTS_BYTES:
        most = GUESTS_BYTES // (1024 * 1024)
        raise TooLarge(f"Guests keep up to {most} MB in documents. Sign up to add more.")
