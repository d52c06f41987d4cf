"""Accounts: made, found, promoted, given a password."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chatapp.accounts.passwords import make_hash
from chatapp.errors import Conflict, NotFound, Unprocessable
from chatapp.models import Database, User, make_id

_NEVER = r"@\s\x00-\x1f\x7f-\x9f\ud800-\udfff"
_EMAIL = re.compile(rf"[^{_NEVER}]{{1,64}}@(?:localhost|[^{_NEVER}.]+(?:\.[^{_NEVER}.]+)+)")


def create(database: Database, email: str, password: str, *, admin: bool = False) -> str:
    """Makes an account and gives its id. The very first account is an administrator's.

    Raises `Unprocessable` for what is no address or password, `Conflict` for a known address.
    """
    address = normalize(email)
    id, kept = make_id(), make_hash(password)

    def store(connection: Connection) -> None:
        first = connection.scalar(select(User.id).where(User.email.is_not(None)).limit(1)) is None
        made = insert(User).values(id=id, email=address, password_hash=kept)
        connection.execute(made.values(is_admin=admin or first))

    try:
        database.write(store)
    except IntegrityError:
        raise Conflict(f"There is an account for {address} already.") from None
    return id


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
    _change(database, email, is_admin=True)


def set_password(database: Database, email: str, password: str) -> None:
    """Gives an account a new password. Raises `Unprocessable`, and what `find` raises."""
    _change(database, email, password_hash=make_hash(password))


def everybody(session: Session) -> Sequence[User]:
    """All accounts, guests left out, by address."""
    return session.scalars(select(User).where(User.email.is_not(None)).order_by(User.email)).all()


def normalize(email: str) -> str:
    """The address as it is kept. Raises `Unprocessable` for what is none."""
    address = email.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise Unprocessable(f"{email[:80]!r} is not an e-mail address.")
    return address


def _change(database: Database, email: str, **values: object) -> None:
    changed = update(User).where(User.id == find(database, email)).values(**values)
    database.write(lambda connection: connection.execute(changed))
