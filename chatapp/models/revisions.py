"""How far the tables are upgraded. Alembic upgrades them; finding out takes none of it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

_FOLDER = Path(__file__).resolve().parents[2] / "migrations" / "versions"
_STORED = text("SELECT version_num FROM alembic_version")


@cache
def newest() -> int:
    """The newest revision that this program knows; they are numbered."""
    names = (re.match(r"(\d+)_\w+\.py$", path.name) for path in _FOLDER.iterdir())
    return max(int(name[1]) for name in names if name)


def stored(connection: Connection) -> int:
    """The revision of the tables; 0 where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return 0
    return int(connection.scalar(_STORED) or 0)
