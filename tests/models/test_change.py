"""Changes in the database: only the newest are kept."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, select

from chatapp.chat.services import Services
from chatapp.events import Change
from chatapp.models import ChangeRow, record
from chatapp.models.change import KEPT, SWEEP_EVERY, sweep

CHANGE = Change("conversation.created", "c")


def ids(connection: Connection) -> list[int]:
    return list(connection.scalars(select(ChangeRow.id).order_by(ChangeRow.id)))


def place(connection: Connection, *places: int) -> None:
    values = {"user_id": "ann", "kind": CHANGE.kind, "conversation_id": "c"}
    connection.execute(insert(ChangeRow), [{"id": id, **values} for id in places])


def test_the_newest_are_kept(services: Services) -> None:
    def work(connection: Connection) -> list[int]:
        place(connection, 1, 2, 3, 4, KEPT + 3)
        sweep(connection)
        return ids(connection)

    assert services.database.write(work) == [4, KEPT + 3]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_two_that_sweep_at_once_do_not_wait_for_each_other(services: Services) -> None:
    services.database.write(lambda connection: place(connection, 1, 2, KEPT + 2))
    with services.database.engine.connect() as first:
        sweep(first)
        services.database.write(sweep)
        first.rollback()
    assert services.database.read(ids) == [1, 2, KEPT + 2]


def test_old_rows_go_while_new_ones_come(services: Services) -> None:
    def work(connection: Connection) -> list[int]:
        place(connection, -KEPT, 0)
        for _ in range(SWEEP_EVERY):
            record(connection, "ann", CHANGE)
        return ids(connection)

    assert services.database.write(work)[0] > -KEPT


def test_a_change_is_gone_with_its_transaction(services: Services) -> None:
    def work(connection: Connection) -> None:
        record(connection, "ann", CHANGE)
        raise LookupError

    with pytest.raises(LookupError):
        services.database.write(work)
    assert services.database.read(ids) == []
