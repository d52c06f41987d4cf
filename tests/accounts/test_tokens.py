"""Personal tokens: shown once, kept as a digest, valid until they end."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from chatapp.accounts import tokens
from chatapp.chat.services import Services
from chatapp.errors import Unauthenticated, Unprocessable
from chatapp.models import Database, Token, User, make_id, now


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def person(database: Database) -> str:
    """The id of an account without any token."""
    made = insert(User).values(id=(id := make_id()), email="ann@example.org", is_admin=True)
    database.write(lambda connection: connection.execute(made))
    return id


def kept(database: Database) -> Any:
    """The one token that is stored."""
    return database.read(lambda connection: connection.execute(select(Token.__table__)).one())


def set_times(database: Database, **moments: datetime) -> None:
    database.write(lambda connection: connection.execute(update(Token).values(**moments)))


def test_a_token_speaks_for_its_owner(database: Database, person: str) -> None:
    token = tokens.create(database, person, "laptop", scope="chat")
    bearer = tokens.recognise(database, token)
    assert (bearer.user_id, bearer.scope, bearer.admin) == (person, "chat", True)


def test_only_the_digest_of_a_token_is_kept(database: Database, person: str) -> None:
    token = tokens.create(database, person, "laptop")
    row = kept(database)
    assert row.digest == hashlib.sha256(token.encode()).hexdigest()
    assert all(token not in str(value) for value in row)
    assert token.startswith("chat_")
    assert len(token) >= len("chat_") + 43  # 256 random bits


def test_a_token_has_no_end_unless_it_is_given_one(database: Database, person: str) -> None:
    tokens.create(database, person, "laptop")
    assert kept(database).expires_at is None
    database.write(lambda connection: connection.execute(delete(Token)))
    before = now()
    tokens.create(database, person, "laptop", days=7)
    assert before <= kept(database).expires_at - timedelta(days=7) <= now()


def test_an_expired_token_is_not_valid(database: Database, person: str) -> None:
    token = tokens.create(database, person, "laptop", days=1)
    assert tokens.recognise(database, token)
    set_times(database, expires_at=now() - timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        tokens.recognise(database, token)


def test_a_revoked_token_is_not_valid(database: Database, person: str) -> None:
    token = tokens.create(database, person, "laptop")
    database.write(lambda connection: connection.execute(delete(Token)))
    with pytest.raises(Unauthenticated):
        tokens.recognise(database, token)


def test_what_is_no_token_is_not_valid(database: Database, person: str) -> None:
    tokens.create(database, person, "laptop")
    for token in ("", "chat_", "x" * 10_000, "\0", "\ud800", "ä", "' OR 1=1 --"):
        with pytest.raises(Unauthenticated):
            tokens.recognise(database, token)


def test_last_use_is_noted_at_most_once_a_minute(database: Database, person: str) -> None:
    token = tokens.create(database, person, "laptop")
    assert kept(database).last_used_at is None
    tokens.recognise(database, token)
    assert now() - kept(database).last_used_at < timedelta(minutes=1)
    lately = now() - timedelta(seconds=1)
    set_times(database, last_used_at=lately)
    tokens.recognise(database, token)
    assert kept(database).last_used_at == lately
    set_times(database, last_used_at=now() - timedelta(seconds=61))
    tokens.recognise(database, token)
    assert kept(database).last_used_at > lately


def test_a_token_needs_a_name_that_can_be_shown(database: Database, person: str) -> None:
    for name in ("", "  ", "x" * 201, "two\nlines", "\0", "\ud800"):
        with pytest.raises(Unprocessable):
            tokens.create(database, person, name)
    assert database.read(lambda connection: connection.execute(select(Token)).all()) == []
