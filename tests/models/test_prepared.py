"""Prepared statements: they do what SQLAlchemy's own way of executing does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    bindparam,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from chatapp.chat.services import Services
from chatapp.models import Conversation, Database, Message, User, table
from chatapp.models.prepared import Prepared

ADD_USER = Prepared(insert(table(User)), "id", "email")
RENAME = Prepared(
    update(table(User)).where(User.id == bindparam("who")).values(name=bindparam("to"))
)
USERS = Prepared(select(User.id, User.email, User.created_at).order_by(User.id))
USER = Prepared(select(User.email).where(User.id == bindparam("who")))
ADD_MESSAGE = Prepared(
    insert(table(Message)).values(role="user", status="complete"),
    "id",
    "conversation_id",
    "position",
    "parts",
    "error",
    "completed_at",
)
MESSAGES = Prepared(select(table(Message)))


@pytest.fixture
def connection(services: Services) -> Iterator[Connection]:
    with services.database.engine.connect() as connection:
        yield connection


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def test_rows_come_back_as_named_values(connection: Connection) -> None:
    ADD_USER.run(connection, {"id": "b", "email": "b@x.example"})
    ADD_USER.run(connection, {"id": "a", "email": None})
    assert [(row.id, row.email) for row in USERS.all(connection, {})] == [
        ("a", None),
        ("b", "b@x.example"),
    ]
    assert USER.first(connection, {"who": "b"}).email == "b@x.example"
    assert USER.first(connection, {"who": "c"}) is None


def test_columns_that_are_not_named_get_their_defaults(connection: Connection) -> None:
    before = datetime.now(UTC)
    ADD_USER.run(connection, {"id": "a", "email": None})
    made = connection.execute(select(table(User))).one()
    assert made.created_at >= before
    assert made.is_admin is False


def test_values_are_converted_as_their_types_say(connection: Connection) -> None:
    moment = datetime(2026, 3, 4, 5, 6, 7, 890, UTC)
    connection.execute(insert(User).values(id="u"))
    connection.execute(insert(Conversation).values(id="c", user_id="u", title=""))
    row = {"id": "m", "conversation_id": "c", "position": 1, "completed_at": moment}
    ADD_MESSAGE.run(connection, row | {"parts": [{"type": "text"}], "error": None})
    [found] = MESSAGES.all(connection, {})
    assert (found.parts, found.error, found.completed_at) == ([{"type": "text"}], None, moment)
    assert found.completed_at.tzinfo is UTC
    assert (found.role, found.text) == ("user", "")
    assert connection.execute(select(table(Message))).one()._asdict() == found._asdict()


def test_the_number_of_touched_rows_is_told(connection: Connection) -> None:
    ADD_USER.run_each(connection, [{"id": id, "email": None} for id in "abc"])
    assert RENAME.run(connection, {"who": "a", "to": "Ann"}) == 1
    assert RENAME.run(connection, {"who": "z", "to": "Zoe"}) == 0


def test_what_is_not_committed_is_not_there(database: Database) -> None:
    with database.engine.connect() as connection:
        ADD_USER.run(connection, {"id": "a", "email": None})
    assert database.read(lambda connection: USERS.all(connection, {})) == []
    with database.engine.connect() as connection:
        ADD_USER.run(connection, {"id": "a", "email": None})
        connection.commit()
    assert len(database.read(lambda connection: USERS.all(connection, {}))) == 1


def test_a_refused_row_is_an_error_of_sqlalchemy(database: Database) -> None:
    def twice(connection: Connection) -> None:
        ADD_USER.run(connection, {"id": "a", "email": None})
        ADD_USER.run(connection, {"id": "a", "email": None})

    with pytest.raises(IntegrityError):
        database.write(twice)
    with pytest.raises(IntegrityError):
        database.write(lambda c: ADD_USER.run_each(c, [{"id": "a", "email": None}] * 2))
    assert database.read(lambda connection: USERS.all(connection, {})) == []


def test_a_statement_that_the_database_refuses_is_an_error_of_sqlalchemy(
    connection: Connection,
) -> None:
    nothing = Prepared(select(Table("no_such_table", MetaData(), Column("id", String))))
    with pytest.raises((OperationalError, ProgrammingError)):
        nothing.first(connection, {})


def test_errors_hold_no_values(connection: Connection) -> None:
    ADD_USER.run(connection, {"id": "a", "email": None})
    with pytest.raises(IntegrityError) as caught:
        ADD_USER.run(connection, {"id": "a", "email": "secret@x.example"})
    assert "secret" not in str(caught.value)


def test_a_missing_value_is_noticed(connection: Connection) -> None:
    with pytest.raises((KeyError, ProgrammingError), match="who"):
        USER.first(connection, {})


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has no server
def test_a_connection_that_was_lost_is_not_used_again(database: Database) -> None:
    with database.engine.connect() as connection, database.engine.connect() as other:
        driver = connection.connection.driver_connection
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 10000)").scalar_one()
        with pytest.raises(DBAPIError) as caught:
            USERS.all(connection, {})
    assert caught.value.connection_invalidated
    with database.engine.connect() as connection:
        assert connection.connection.driver_connection is not driver
        assert USERS.all(connection, {}) == []


def test_who_listens_to_the_engine_hears_of_it(connection: Connection) -> None:
    heard: list[str] = []

    def hear(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        heard.append(statement.split()[0])

    event.listen(connection.engine, "before_cursor_execute", hear)
    USERS.all(connection, {})
    event.remove(connection.engine, "before_cursor_execute", hear)
    assert heard[-1] == "SELECT"
