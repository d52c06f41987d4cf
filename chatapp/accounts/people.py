"""Accounts: made, found, signed in to, promoted, given a password."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize as normalize_unicode

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chatapp.accounts import invitations, sessions
from chatapp.accounts.founding import is_first
from chatapp.accounts.passwords import decoy, is_outdated, make_hash, matches
from chatapp.errors import Conflict, Forbidden, NotFound, Unprocessable
from chatapp.models import Database, LinkedIdentity, User, make_id

_EMAIL = re.compile(r"[^@\s]{1,64}@(?:localhost|[^@\s.]+(?:\.[^@\s.]+)+)")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to have an account.

    `guest_id` is who they were until now, and will still be. Without a password they come by way
    of a provider, where `identity` is who they are: its issuer, and the subject there. An
    `invitation` is used up with it.
    """

    email: str
    password: str | None
    guest_id: str | None = None
    admin: bool = False
    identity: tuple[str, str] | None = None
    invitation: str | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose account it is, and the hash that their password matched."""

    id: str
    password_hash: str


def create(database: Database, email: str, password: str, *, admin: bool = False) -> str:
    """Makes an account and gives its id. The very first account is an administrator's.

    Raises `Unprocessable` for what is no address or password, `Conflict` for a known address.
    """
    return join(database, Newcomer(email, password, admin=admin), founder=True)


def join(database: Database, newcomer: Newcomer, *, founder: bool) -> str:
    """Makes an account, the same way; a guest keeps the id, and so all that was written.

    Only a `founder` may make the very first account. Raises `Forbidden`, too.
    """
    address = normalize(newcomer.email)
    kept = make_hash(newcomer.password) if newcomer.password is not None else None

    def store(connection: Connection) -> str:
        first = is_first(connection)
        if first and not founder:
            raise Forbidden("The first account takes the setup code.", code="setup_code")
        values = {"email": address, "password_hash": kept, "is_admin": first or newcomer.admin}
        user_id = _store(connection, newcomer.guest_id, values)
        if newcomer.identity:
            issuer, subject = newcomer.identity
            link = insert(LinkedIdentity).values(issuer=issuer, subject=subject)
            connection.execute(link.values(user_id=user_id))
        if newcomer.invitation is not None:
            invitations.redeem(connection, newcomer.invitation, user_id)
        return user_id

    try:
        return database.write(store)
    except IntegrityError:
        raise Conflict(f"There is an account for {address} already.") from None


def recognise(database: Database, email: str, password: str) -> Recognised | None:
    """Whose account it is, where the password is right.

    It takes as long for an address that nobody has.
    """
    unknown = decoy()  # made before anything is known: the first one takes its time
    account = select(User.id, User.password_hash).where(User.email == readable(email))
    row = database.read(lambda connection: connection.execute(account).first())
    kept = row.password_hash if row and row.password_hash else unknown
    if not matches(kept, password) or row is None or kept is unknown:
        return None
    return Recognised(row.id, _renew(database, row.id, kept, password))


def _renew(database: Database, user_id: str, kept: str, password: str) -> str:
    """The hash of a right password, made anew where it was made with less effort than today."""
    if not is_outdated(kept):
        return kept
    renewed = make_hash(password)
    same = update(User).where(User.id == user_id, User.password_hash == kept)
    database.write(lambda connection: connection.execute(same.values(password_hash=renewed)))
    return renewed


def check_enabled(database: Database, user_id: str) -> None:
    """Raises `Forbidden` for somebody whom an administrator lets in no more."""
    disabled = select(User.id).where(User.id == user_id, User.disabled_at.is_not(None))
    if database.read(lambda connection: connection.scalar(disabled)):
        raise Forbidden("This account is disabled. Ask those who run this chat.", code="disabled")


def change_password(database: Database, user_id: str, password: str, session_id: str) -> None:
    """Gives a person a new password, and ends all their sessions but one.

    Raises `Unprocessable`.
    """
    _set(database, user_id, password_hash=make_hash(password))
    sessions.end_all(database, user_id, but=session_id)


def find(database: Database, email: str) -> str:
    """The id of an account. Raises `NotFound`, and `Unprocessable` for what is no address."""
    address = normalize(email)
    wanted = select(User.id).where(User.email == address)
    found = database.read(lambda connection: connection.scalar(wanted))
    if found is None:
        raise NotFound(f"There is no account for {address}.")
    return found


def promote(database: Database, email: str) -> None:
    """Makes an administrator. Raises what `find` raises."""
    _set(database, find(database, email), is_admin=True)


def set_password(database: Database, email: str, password: str) -> None:
    """Gives an account a new password, and ends all its sessions.

    Raises `Unprocessable`, and what `find` raises.
    """
    change_password(database, find(database, email), password, session_id="")


def everybody(session: Session) -> Sequence[User]:
    """All accounts, guests left out, by address."""
    return session.scalars(select(User).where(User.email.is_not(None)).order_by(User.email)).all()


def normalize(email: str) -> str:
    """The address as it is kept. Raises `Unprocessable` for what is none.

    What nobody sees cannot be part of it: two accounts would look the same.
    """
    address = fold(email)
    if len(address) > 254 or not address.isprintable() or not _EMAIL.fullmatch(address):
        raise Unprocessable(f"{email[:80]!r} is not an e-mail address.")
    return address


def fold(email: str) -> str:
    """An address as it would be kept, whether it is one or not.

    Keyboards write an accented letter as one code point or as two (RFC 6532, 3.1).
    """
    return normalize_unicode("NFC", email.strip().lower())


def readable(email: str) -> str:
    """The address as it would be kept; what is none is nobody's."""
    try:
        return normalize(email)
    except Unprocessable:
        return ""


def _store(connection: Connection, guest_id: str | None, values: dict[str, Any]) -> str:
    if guest_id:
        guest = update(User).where(User.id == guest_id, User.email.is_(None))
        if connection.execute(guest.values(**values)).rowcount:
            return guest_id
    id = make_id()
    connection.execute(insert(User).values(id=id, **values))
    return id


def _set(database: Database, user_id: str, **values: object) -> None:
    changed = update(User).where(User.id == user_id).values(**values)
    database.write(lambda connection: connection.execute(changed))
