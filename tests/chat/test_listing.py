"""How the databases read the list of conversations."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import event

from chatapp.chat import listing
from chatapp.chat.access import Person
from chatapp.extensions import db
from tests.conftest import Api


def plan(wanted: listing.Wanted, person: Person) -> str:
    """What the database would do for the list, had it many rows."""
    session, said = db.session(), []
    connection = session.connection()

    def hear(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        said.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", hear)
    listing.conversations(session, person, wanted)
    event.remove(connection, "before_cursor_execute", hear)
    assert len(said) == 1
    if connection.dialect.name == "sqlite":
        explain = "EXPLAIN QUERY PLAN "
    else:
        for way in ("seqscan", "bitmapscan"):  # which are quicker for a few rows
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        explain = "EXPLAIN "
    rows = connection.exec_driver_sql(explain + said[0][0], said[0][1])
    return "\n".join(str(row) for row in rows)


def test_the_list_is_read_in_its_order_from_the_index(app: Flask, api: Api) -> None:
    after = "1767323045.678901-a"
    with app.app_context():
        for wanted in (
            listing.Wanted(),
            listing.Wanted(after=after, pinned=False),
            listing.Wanted(archived=True),
            listing.Wanted(query="zebra"),
        ):
            read = plan(wanted, Person(api.user_id))
            assert "ix_conversations_shown" in read
            assert "Sort" not in read
            assert "TEMP B-TREE" not in read
