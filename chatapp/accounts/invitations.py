"""Invitations: links by which people sign up where others may not. One use each, for some days."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update
from sqlalchemy.orm import Session

from chatapp.accounts import audit
from chatapp.accounts.tokens import digest
from chatapp.errors import Forbidden, NotFound
from chatapp.models import Database, Invitation, User, as_id, make_id, now

KEPT = timedelta(days=90)
"""How long one is still listed that nobody can use any more."""


def create(database: Database, actor: str, note: str, days: int) -> str:
    """Makes an invitation for whom the `note` says; its code, which is shown this once."""
    code, moment = secrets.token_urlsafe(24), now()
    made = insert(Invitation).values(
        id=make_id(), digest=digest(code), note=note, expires_at=moment + timedelta(days=days)
    )
    over = delete(Invitation).where(Invitation.expires_at < moment - KEPT)

    def store(connection: Connection) -> None:
        connection.execute(over)
        connection.execute(made)
        audit.note(connection, actor, "invited", note)

    database.write(store)
    return code


def listed(session: Session) -> Sequence[Row[Invitation, str | None]]:
    """All of them, the newest first, each with the address of who used it."""
    wanted = select(Invitation, User.email).outerjoin(User, User.id == Invitation.used_by)
    return session.execute(wanted.order_by(Invitation.created_at.desc(), Invitation.id)).all()


def revoke(database: Database, actor: str, invitation_id: str) -> None:
    """Takes one back that was not used. Raises `NotFound`."""
    unused = (Invitation.id == as_id(invitation_id), Invitation.used_at.is_(None))

    def store(connection: Connection) -> None:
        row = connection.execute(delete(Invitation).where(*unused).returning(Invitation.note))
        note = row.scalar()
        if note is None:
            raise NotFound("There is no such invitation.")
        audit.note(connection, actor, "uninvited", note)

    database.write(store)


def is_open(database: Database, code: str) -> bool:
    """Whether somebody may still sign up with the code."""
    wanted = select(Invitation.id).where(*_open(code))
    return database.read(lambda connection: connection.scalar(wanted)) is not None


def redeem(connection: Connection, code: str, user_id: str) -> None:
    """Uses an invitation up. Raises `Forbidden` where another was faster, or it is over."""
    used = update(Invitation).where(*_open(code)).values(used_at=now(), used_by=user_id)
    if not connection.execute(used).rowcount:
        raise Forbidden("This invitation was used, or its time is over. Ask for another one.")


def _open(code: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.digest == digest(code),
        Invitation.used_at.is_(None),
        Invitation.expires_at > now(),
    )
