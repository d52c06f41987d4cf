"""Personal tokens: shown once, kept as a digest, valid until they end."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from chatapp.accounts import tokens
from chatapp.chat.services import Services
from chatapp.errors import Conflict, NotFound, Unauthenticated, Unprocessable
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
    bearer = tokens.recognise(database, token)
    assert bearer.unnoted
    assert kept(database).last_used_at is None  # who asks does not wait for it
    tokens.note_use(database, bearer.id)
    assert now() - kept(database).last_used_at < timedelta(minutes=1)
    lately = now() - timedelta(seconds=50)
    set_times(database, last_used_at=lately)
    assert not tokens.recognise(database, token).unnoted
    tokens.note_use(database, bearer.id)
    assert kept(database).last_used_at == lately
    set_times(database, last_used_at=now() - timedelta(seconds=61))
    assert tokens.recognise(database, token).unnoted
    tokens.note_use(database, bearer.id)
    assert kept(database).last_used_at > lately


def test_tokens_are_listed_newest_first_and_ended_by_their_owner(
    database: Database, person: str
) -> None:
    other = "0" * 24
    made = insert(User).values(id=other, email="bob@example.org")
    database.write(lambda connection: connection.execute(made))
    for name in ("first", "second"):
        tokens.create(database, person, name)
    theirs = tokens.create(database, other, "theirs")
    with Session(database.engine) as session:
        listed = tokens.listed(session, person)
    assert [token.name for token in listed] == ["second", "first"]
    for owner, id in ((other, listed[0].id), (person, "nothing")):
        with pytest.raises(NotFound):
            tokens.revoke(database, owner, id)
    tokens.revoke(database, person, listed[0].id)
    with Session(database.engine) as session:
        assert [token.name for token in tokens.listed(session, person)] == ["first"]
    assert tokens.recognise(database, theirs).user_id == other


def test_there_is_a_limit_to_the_tokens_of_one_person(
    database: Database, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    for name in ("first", "second"):
        tokens.create(database, person, name)
    with pytest.raises(Conflict, match="2 tokens"):
        tokens.create(database, person, "third")


def test_a_token_needs_a_name_that_can_be_shown(database: Database, person: str) -> None:
    for name in ("", "  ", "x" * 201, "two\nlines", "\0", "\ud800"):
        with pytest.raises(Unprocessable):
            tokens.create(database, person, name)
    assert database.read(lambda connection: connection.execute(select(Token)).all()) == []
