"""What people say of themselves, and what of it a model is told: what they choose, no more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from chatapp.errors import Unauthenticated
from chatapp.models import Database, User, table

FIELDS = ("name", "age", "gender", "interests", "locale")

_users = table(User)
_PROFILE = select(*(_users.c[name] for name in (*FIELDS, "told"))).where(
    _users.c.id == bindparam("user_id")
)


def read(database: Database, user_id: str) -> Mapping[str, Any] | None:
    """What a person said of themselves; None where the account is gone."""
    wanted = {"user_id": user_id}
    row = database.read(lambda connection: connection.execute(_PROFILE, wanted).first())
    return None if row is None else {**row._mapping}


def change(database: Database, user_id: str, values: Mapping[str, object]) -> None:
    """Changes the given fields, and what a model is told with them; `told` is one of them.

    Raises `Unauthenticated` where the account is gone.
    """

    def store(connection: Connection) -> None:
        row = connection.execute(_PROFILE.with_for_update(), {"user_id": user_id}).first()
        if row is None:
            raise Unauthenticated("This account is gone.")
        profile = {**row._mapping, **values}
        words = introduce(profile, profile["told"])
        changed = update(_users).where(_users.c.id == user_id)
        connection.execute(changed.values(**values, introduction=words))

    database.write(store)


def introduce(profile: Mapping[str, Any], told: Collection[str]) -> str | None:
    """The told fields in words for a model, one a line; None where there is nothing to tell.

    Of a name it is the first: how somebody is called is all that an answer needs.
    """
    lines = {
        "name": ("Name", (profile["name"] or "").split()[:1]),
        "age": ("Age", [] if profile["age"] is None else [str(profile["age"])]),
        "gender": ("Gender", [profile["gender"] or ""]),
        "interests": ("Interests", profile["interests"]),
        "locale": ("Language", [profile["locale"] or ""]),
    }
    said = [(label, ", ".join(words)) for field, (label, words) in lines.items() if field in told]
    known = [f"{label}: {' '.join(words.split())}" for label, words in said if words.strip()]
    return "\n".join(["User Info:", *known]) if known else None
