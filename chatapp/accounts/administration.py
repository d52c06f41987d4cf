"""What administrators may do about people: everything but look into their conversations.

Each deed and its entry in the log are one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.orm import Session

from chatapp.accounts import audit
from chatapp.accounts.people import fold
from chatapp.errors import Conflict, NotFound
from chatapp.models import BrowserSession, Database, User, as_id, now, record_ended_access
from chatapp.models.administration import Action

PAGE = 50


@dataclass(frozen=True, slots=True)
class Actor:
    """The administrator who does something."""

    id: str
    email: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody with an account, as administrators see them."""

    id: str
    email: str
    admin: bool
    disabled: bool
    created_at: datetime
    seen_at: datetime | None


def people(session: Session, query: str = "", after: str = "") -> Sequence[Listed]:
    """Accounts by address, those `after` one; one more than a page has, where there are more.

    `query` is a part of the address.
    """
    seen_at = (
        select(func.max(BrowserSession.seen_at))
        .where(BrowserSession.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
    wanted = (
        select(User, seen_at.label("seen_at"))
        .where(User.email.is_not(None), User.email > after)
        .order_by(User.email)
        .limit(PAGE + 1)
    )
    if query:
        wanted = wanted.where(User.email.contains(fold(query), autoescape=True))
    return [_shown(user, seen_at) for user, seen_at in session.execute(wanted)]


def _shown(user: User, seen_at: datetime | None) -> Listed:
    disabled = user.disabled_at is not None
    return Listed(user.id, user.email or "", user.is_admin, disabled, user.created_at, seen_at)


def promote(database: Database, actor: Actor, user_id: str) -> None:
    """Makes somebody an administrator. Raises `NotFound` and `Conflict`, as all of these do."""
    _change(database, actor, user_id, "promoted", is_admin=True)


def demote(database: Database, actor: Actor, user_id: str) -> None:
    """Makes an administrator like anybody else."""
    _change(database, actor, user_id, "demoted", is_admin=False)


def enable(database: Database, actor: Actor, user_id: str) -> None:
    """Lets somebody in again; tokens that were made before work again, too."""
    _change(database, actor, user_id, "enabled", disabled_at=None)


def disable(database: Database, actor: Actor, user_id: str) -> None:
    """Lets somebody in no more: they are signed out everywhere, and their tokens are refused."""
    _change(database, actor, user_id, "disabled", disabled_at=now())


def check(database: Database, actor: Actor, user_id: str) -> None:
    """Raises what the others raise, and does nothing."""
    database.read(lambda connection: _find(connection, actor, user_id))


def note_deletion(connection: Connection, actor: Actor, user_id: str) -> None:
    """Writes down that somebody is deleted in this transaction."""
    audit.note(connection, actor.email, "deleted", _find(connection, actor, user_id))


def _change(
    database: Database, actor: Actor, user_id: str, action: Action, **values: object
) -> None:
    def store(connection: Connection) -> None:
        email = _find(connection, actor, user_id)
        connection.execute(update(User).where(User.id == user_id).values(**values))
        if action == "disabled":
            ended = delete(BrowserSession).where(BrowserSession.user_id == user_id)
            connection.execute(ended)
            record_ended_access(connection, user_id)
        audit.note(connection, actor.email, action, email)

    database.write(store)


def _find(connection: Connection, actor: Actor, user_id: str) -> str:
    """The address of somebody else with an account."""
    if user_id == actor.id:
        raise Conflict("You cannot do this to yourself. Ask another administrator.")
    wanted = select(User.email).where(User.id == as_id(user_id))
    email = connection.scalar(wanted)
    if email is None:
        raise NotFound("There is no such account.")
    return email
