"""Letting a person go: what is written for them stops, and what is theirs is deleted."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, select

from chatapp.chat.parting import part_from_all
from chatapp.chat.services import Services
from chatapp.models import ChangeRow, Run, User, record_ended_access


def stop_answers(services: Services, user_id: str) -> None:
    """Stops what is being written for a person."""
    running = select(Run.message_id).where(Run.user_id == user_id)
    for message_id in services.database.read(lambda c: c.scalars(running).all()):
        services.engine.stop(message_id)


def delete_person(
    services: Services, user_id: str, note: Callable[[Connection], None] | None = None
) -> None:
    """Stops what is being written for them, then deletes them; repeating it does nothing.

    What is sent at the same time either comes before, and goes too, or finds nobody to be sent by.
    `note` writes down, in the same transaction, who did it.
    """
    stop_answers(services, user_id)

    def store(connection: Connection) -> None:
        if note:
            note(connection)
        part_from_all(connection, user_id)
        connection.execute(delete(User).where(User.id == user_id))
        record_ended_access(connection, user_id)  # it stays: SQLite would give its id once more
        theirs = (ChangeRow.user_id == user_id, ChangeRow.kind != "access.ended")
        connection.execute(delete(ChangeRow).where(*theirs))

    services.database.write(store)
