"""The log of what administrators did, kept for a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.orm import Session

from chatapp.models import AuditEntry, now
from chatapp.models.administration import Action

KEPT = timedelta(days=365)


def note(connection: Connection, actor: str, action: Action, subject: str) -> None:
    """Writes down what is done in this transaction. Old entries go."""
    moment = now()
    connection.execute(delete(AuditEntry).where(AuditEntry.at < moment - KEPT))
    done = {"at": moment, "actor": actor, "action": action, "subject": subject[:254]}
    connection.execute(insert(AuditEntry).values(done))


def entries(session: Session, before: int | None, limit: int) -> Sequence[AuditEntry]:
    """The newest entries, or those `before` the one with this id."""
    wanted = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    return session.scalars(wanted).all()
