"""Changes: what a person's other tabs and devices are told, for as long as they may need it."""

from __future__ import annotations

from itertools import count
from typing import Literal

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    String,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from chatapp.events import Change, ChangeKind, DocumentState, Status
from chatapp.models.base import Base, table
from chatapp.models.prepared import Prepared

KEPT = 10_000
"""Rows that are kept at least. Those who listen read four times a second."""

SWEEP_EVERY = 256
_SWEPT_AT_ONCE = 4096


class ChangeRow(Base):
    """One change. The ids tell the order, in which PostgreSQL may show some a moment late."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[ChangeKind] = mapped_column(String(32))
    conversation_id: Mapped[str] = mapped_column(String(32))
    message_id: Mapped[str | None] = mapped_column(String(32))
    status: Mapped[Status | None] = mapped_column(String(16))
    document_id: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[DocumentState | Literal["deleted"] | None] = mapped_column(String(16))


_INSERT = Prepared(
    insert(table(ChangeRow)).inline(),  # nobody needs the ids
    "user_id",
    "kind",
    "conversation_id",
    "message_id",
    "status",
    "document_id",
    "state",
)
_NEWEST = select(func.max(ChangeRow.id)).scalar_subquery()
_OLD = (
    select(ChangeRow.id)
    .where(ChangeRow.id <= _NEWEST - bindparam("kept"))
    .order_by(ChangeRow.id)
    .limit(_SWEPT_AT_ONCE)
    .with_for_update(skip_locked=True)  # two that sweep at once do not wait for each other
)
_SWEEP = delete(table(ChangeRow)).where(ChangeRow.id.in_(_OLD))
_recorded = count(1)


def record(connection: Connection, user_id: str, *changes: Change) -> None:
    """Notes changes in the transaction that makes them; now and then, old rows go."""
    rows = [
        {
            "user_id": user_id,
            "kind": change.kind,
            "conversation_id": change.conversation_id,
            "message_id": change.message_id,
            "status": change.status,
            "document_id": change.document_id,
            "state": change.state,
        }
        for change in changes
    ]
    _INSERT.run_each(connection, rows)
    if next(_recorded) % SWEEP_EVERY == 0:
        sweep(connection)


def record_document(
    connection: Connection,
    user_id: str | None,
    document_id: str,
    state: DocumentState | Literal["deleted"],
) -> None:
    """Notes that a document of somebody's is in this state; nobody owns the sample library."""
    if user_id is not None:
        told = Change("document.updated", "", document_id=document_id, state=state)
        record(connection, user_id, told)


def record_ended_access(connection: Connection, user_id: str) -> None:
    """Notes that not everybody who listens in a person's name may still do so."""
    record(connection, user_id, Change("access.ended", ""))


def sweep(connection: Connection) -> None:
    """Deletes all but the newest rows."""
    connection.execute(_SWEEP, {"kept": KEPT})
