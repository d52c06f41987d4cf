"""Moments: the same point in time, whatever the database makes of zones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, text

from chatapp.chat.services import Services
from chatapp.models import Database, User, make_id


@pytest.fixture
def database(services: Services) -> Database:
    """A database whose own zone is far away."""
    database = services.database
    if not database.is_sqlite:
        name = database.engine.url.database
        zone = text(f"ALTER DATABASE {name} SET timezone TO 'Asia/Kolkata'")
        database.write(lambda connection: connection.execute(zone))
        database.dispose()
    return database


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_a_moment_comes_back_in_utc(database: Database, microsecond: int) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, microsecond, tzinfo=UTC)
    made = insert(User).values(created_at=moment)
    database.write(lambda connection: connection.execute(made))
    kept = database.read(lambda connection: connection.scalar(select(User.created_at)))
    assert kept == moment
    assert kept is not None
    assert kept.isoformat() == moment.isoformat()


def test_ids_are_opaque_and_never_the_same() -> None:
    ids = {make_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(id) == 24 and set(id) <= set("0123456789abcdef") for id in ids)
