"""Documents: listed, found, changed and removed on behalf of somebody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)

from chatapp.errors import Forbidden, NotFound
from chatapp.knowledge import index
from chatapp.models import (
    Database,
    Document,
    DocumentFile,
    DocumentText,
    Passage,
    User,
    as_id,
    record_document,
    table,
)
from chatapp.models.paging import Page, decode_cursor, encode_cursor

_OWNER = func.coalesce(User.name, User.email).label("owner")
_SHOWN = (
    select(*(each for each in table(Document).c if each.name not in ("claim", "claimed_until")))
    .outerjoin(User, User.id == Document.user_id)
    .add_columns(_OWNER)
)
"""The columns that somebody is shown, and the name or the address of who added it."""


@dataclass(frozen=True, slots=True)
class Patron:
    """On whose behalf something is done; where there is no `id`, for the library about chatapp."""

    id: str | None
    guest: bool = False
    admin: bool = False


def listed(
    database: Database, patron: Patron, *, query: str = "", after: str = "", limit: int = 50
) -> Page[Row[Any]]:
    """The documents that somebody added and that are shared with them, the newest first.

    `query` is a part of the title or the name. Raises `BadRequest` for a cursor that cannot be.
    """
    wanted = _SHOWN.where(_is_listed(patron))
    if query:
        named = (Document.title.icontains(query, autoescape=True),)
        wanted = wanted.where(or_(*named, Document.name.icontains(query, autoescape=True)))
    if after:
        wanted = wanted.where(tuple_(Document.created_at, Document.id) < decode_cursor(after))
    order = (Document.created_at.desc(), Document.id.desc())
    wanted = wanted.order_by(*order).limit(limit + 1)
    found = database.read(lambda connection: connection.execute(wanted).all())
    last = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], encode_cursor(last.created_at, last.id) if last else None)


def find(database: Database, patron: Patron, document_id: str) -> Any:
    """A document that somebody may read. Raises `NotFound`."""
    wanted = _SHOWN.where(Document.id == as_id(document_id), _is_readable(patron))
    return _found(database.read(lambda connection: connection.execute(wanted).first()))


def readable(
    connection: Connection, patron: Patron, document_ids: Collection[str]
) -> Sequence[Row[Any]]:
    """Those of some documents that somebody may read, by title."""
    wanted = Document.id.in_([as_id(id) for id in document_ids])
    found = _SHOWN.where(wanted, _is_readable(patron)).order_by(Document.title, Document.id)
    return connection.execute(found).all()


def text(database: Database, patron: Patron, document_id: str) -> str:
    """The words of a document that somebody may read, empty until it was read.

    Raises `NotFound`.
    """
    wanted = (
        select(DocumentText.text)
        .select_from(Document)
        .outerjoin(DocumentText, DocumentText.document_id == Document.id)
        .where(Document.id == as_id(document_id), _is_readable(patron))
    )
    found = database.read(lambda connection: connection.execute(wanted).first())
    if found is None:
        raise NotFound("There is no such document.")
    return found.text or ""


def holds(database: Database, patron: Patron, document_id: str, passage_id: int) -> bool:
    """Whether a passage is in a document that somebody may read."""
    wanted = (
        select(Passage.id)
        .join(Document, Document.id == Passage.document_id)
        .where(Passage.id == passage_id, Document.id == as_id(document_id), _is_readable(patron))
    )
    return database.read(lambda connection: connection.scalar(wanted)) is not None


def file(database: Database, patron: Patron, document_id: str) -> bytes:
    """The bytes that were added. Raises `NotFound`."""
    kept = (
        select(DocumentFile.content)
        .join(Document, Document.id == DocumentFile.document_id)
        .where(Document.id == as_id(document_id), _is_readable(patron))
    )
    content = database.read(lambda connection: connection.scalar(kept))
    if content is None:
        raise NotFound("There is no such document.")
    return content


def change(database: Database, patron: Patron, document_id: str, values: dict[str, Any]) -> None:
    """Gives a document another `title`, or says whether it is `shared`.

    Its owner may; an administrator may take back what is shared. Raises `NotFound`, and
    `Forbidden` for others who may read it.
    """
    changed = values | ({"titled": True} if "title" in values else {})

    def store(connection: Connection) -> None:
        document = _find_to_change(connection, patron, document_id)
        if document.user_id != patron.id and values != {"shared": False}:
            raise Forbidden("Only who added this document may change it.")
        if patron.guest and values.get("shared"):
            raise Forbidden("Guests share nothing. Sign up to share documents with everybody.")
        connection.execute(update(Document).where(Document.id == document.id).values(**changed))
        if "title" in changed:
            index.retitle(connection, document.id)
        record_document(connection, document.user_id, document.id, document.state)

    if changed:
        database.write(store)


def remove(database: Database, patron: Patron, document_id: str) -> None:
    """Deletes a document, also one that is just being read; what was quoted from it stays.

    Its owner may, and where it is shared an administrator. Raises what `change` raises.
    """

    def store(connection: Connection) -> None:
        document = _find_to_change(connection, patron, document_id)
        connection.execute(delete(Document).where(Document.id == document.id))
        record_document(connection, document.user_id, document.id, "deleted")

    database.write(store)


def _find_to_change(connection: Connection, patron: Patron, document_id: str) -> Any:
    wanted = (
        select(Document.id, Document.user_id, Document.state)
        .where(Document.id == as_id(document_id), _is_readable(patron))
        .with_for_update()
    )
    document = _found(connection.execute(wanted).first())
    if document.user_id != patron.id and not (patron.admin and document.user_id is not None):
        raise Forbidden("Only who added this document may change or delete it.")
    return document


def _found(document: Any) -> Any:
    if document is None:
        raise NotFound("There is no such document.")
    return document


def _is_listed(patron: Patron) -> ColumnElement[bool]:
    shared = and_(Document.shared, Document.user_id.is_not(None))
    return or_(Document.user_id == patron.id, shared)


def _is_readable(patron: Patron) -> ColumnElement[bool]:
    """The library about chatapp can be read by everybody."""
    return or_(_is_listed(patron), Document.user_id.is_(None))
