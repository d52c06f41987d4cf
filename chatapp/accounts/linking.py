"""Whose account it is that a provider's identity opens."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from chatapp.accounts import people
from chatapp.accounts.claims import Claims
from chatapp.errors import Conflict, Forbidden
from chatapp.models import (
    BrowserSession,
    Database,
    LinkedIdentity,
    Token,
    User,
    record_ended_access,
)

CLOSED = "There is no account for you here. Ask those who run this chat for one."
NAMELESS = "The provider tells no e-mail address of yours, and an account needs one."
NOT_VOUCHED = (
    "There is an account for {email} already, and the provider does not vouch that the address is "
    "yours. Sign in with the password of that account."
)
TAKEN = "The account for {email} belongs to somebody else at the provider. Ask those who run it."


class Account(NamedTuple):
    """Whose it is."""

    id: str
    email: str


def find(database: Database, claims: Claims) -> Account | None:
    """The account of an identity: the one it is linked to, or the one of its address.

    An address counts where the provider vouches for it. Nobody ever vouched that whoever made that
    account has the address, too; so its password, sessions and tokens end with the link. Raises
    `Conflict` where the address is somebody's and cannot be trusted.
    """

    def look(connection: Connection) -> Account | None:
        return _linked(connection, claims) or _link_by_address(connection, claims)

    return database.write(look)


def newcomer(claims: Claims, guest_id: str | None, *, open: bool) -> people.Newcomer:
    """The account to make where there is none. Raises `Forbidden` where none may be made."""
    if not open:
        raise Forbidden(CLOSED)
    if not claims.email:
        raise Forbidden(NAMELESS)
    identity = (claims.issuer, claims.subject)
    return people.Newcomer(claims.email, None, guest_id, identity=identity)


def _linked(connection: Connection, claims: Claims) -> Account | None:
    known = (
        select(User.id, User.email)
        .join(LinkedIdentity, LinkedIdentity.user_id == User.id)
        .where(LinkedIdentity.issuer == claims.issuer, LinkedIdentity.subject == claims.subject)
    )
    row = connection.execute(known).first()
    return Account(row.id, row.email) if row else None


def _link_by_address(connection: Connection, claims: Claims) -> Account | None:
    address = people.readable(claims.email or "")
    theirs = select(User.id, User.email).where(User.email == address).with_for_update()
    row = connection.execute(theirs).first() if address else None
    if row is None:
        return None
    if not claims.email_verified:
        raise Conflict(NOT_VOUCHED.format(email=address))
    if _is_linked_otherwise(connection, row.id, claims.issuer):
        raise Conflict(TAKEN.format(email=address))
    _hand_over(connection, row.id, claims)
    return Account(row.id, row.email)


def _is_linked_otherwise(connection: Connection, user_id: str, issuer: str) -> bool:
    """Whether somebody else had the address at the same provider before."""
    other = select(LinkedIdentity.subject).where(
        LinkedIdentity.user_id == user_id, LinkedIdentity.issuer == issuer
    )
    return connection.scalar(other) is not None


def _hand_over(connection: Connection, user_id: str, claims: Claims) -> None:
    link = insert(LinkedIdentity).values(issuer=claims.issuer, subject=claims.subject)
    connection.execute(link.values(user_id=user_id))
    connection.execute(update(User).where(User.id == user_id).values(password_hash=None))
    for table in (BrowserSession, Token):
        connection.execute(delete(table).where(table.user_id == user_id))
    record_ended_access(connection, user_id)
