"""Browsers: a guest is made, recognised, and swept after 30 days of silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from chatapp.accounts import sessions
from chatapp.chat.services import Services
from chatapp.models import BrowserSession, Conversation, Database, Message, User, make_id, now
from tests.support.rows import count_rows


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def age(database: Database, table: Any, **moments: timedelta) -> None:
    """Makes everything in a table as old as that."""
    values = {name: now() - past for name, past in moments.items()}
    database.write(lambda connection: connection.execute(update(table).values(**values)))


def write_something(database: Database, user_id: str) -> None:
    id = make_id()
    conversation = insert(Conversation).values(id=id, user_id=user_id)
    message = insert(Message).values(conversation_id=id, position=1, role="user", status="complete")
    database.write(lambda connection: connection.execute(conversation))
    database.write(lambda connection: connection.execute(message))


def test_a_guest_is_recognised_by_the_session(database: Database) -> None:
    user_id, session_id = sessions.begin_guest(database)
    visitor = sessions.recognise(database, session_id)
    assert visitor == sessions.Visitor(user_id, email=None, admin=False)
    assert visitor.guest


def test_who_has_an_account_is_no_guest(database: Database) -> None:
    made = insert(User).values(id="ann", email="ann@example.org", is_admin=True)
    begun = insert(BrowserSession).values(id="s", user_id="ann")
    database.write(lambda connection: connection.execute(made))
    database.write(lambda connection: connection.execute(begun))
    visitor = sessions.recognise(database, "s")
    assert visitor == sessions.Visitor("ann", email="ann@example.org", admin=True)
    assert not visitor.guest


def test_an_unknown_session_is_nobodys(database: Database) -> None:
    sessions.begin_guest(database)
    for session_id in ("", "nothing", "x" * 10_000):
        assert sessions.recognise(database, session_id) is None


def test_a_session_ends_after_30_silent_days(database: Database) -> None:
    _, session_id = sessions.begin_guest(database)
    age(database, BrowserSession, seen_at=timedelta(days=29, hours=23))
    assert sessions.recognise(database, session_id)
    age(database, BrowserSession, seen_at=timedelta(days=30, seconds=1))
    assert sessions.recognise(database, session_id) is None


def test_a_visit_is_noted_at_most_once_an_hour(database: Database) -> None:
    _, session_id = sessions.begin_guest(database)

    def seen() -> Any:
        return database.read(lambda connection: connection.scalar(select(BrowserSession.seen_at)))

    age(database, BrowserSession, seen_at=timedelta(minutes=59))
    before = seen()
    sessions.recognise(database, session_id)
    assert seen() == before
    age(database, BrowserSession, seen_at=timedelta(minutes=61))
    sessions.recognise(database, session_id)
    assert seen() > before


def test_silent_guests_are_swept_with_all_they_wrote(database: Database) -> None:
    user_id, _ = sessions.begin_guest(database)
    write_something(database, user_id)
    age(database, User, created_at=timedelta(days=31))
    age(database, BrowserSession, seen_at=timedelta(days=31))
    newcomer, _ = sessions.begin_guest(database)
    assert database.read(lambda c: c.scalars(select(User.id)).all()) == [newcomer]
    assert count_rows(database, BrowserSession, Conversation, Message) == [1, 0, 0]


def test_guests_that_come_back_and_accounts_are_kept(database: Database) -> None:
    guest, session_id = sessions.begin_guest(database)
    made = insert(User).values(id="ann", email="ann@example.org")
    database.write(lambda connection: connection.execute(made))
    for user_id in (guest, "ann"):
        write_something(database, user_id)
    age(database, User, created_at=timedelta(days=400))
    age(database, BrowserSession, seen_at=timedelta(days=29))
    sessions.begin_guest(database)
    assert count_rows(database, User, Message) == [3, 2]
    assert sessions.recognise(database, session_id)
