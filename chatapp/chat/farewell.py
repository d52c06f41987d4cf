"""Deleting a person with everything that is theirs."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from chatapp.chat.services import Services
from chatapp.models import ChangeRow, Run, User


def delete_person(services: Services, user_id: str) -> None:
    """Stops what is being written for them, then deletes them; repeating it does nothing.

    What is sent at the same time either comes before, and goes too, or finds nobody to be sent by.
    """
    running = select(Run.message_id).where(Run.user_id == user_id)
    for message_id in services.database.read(lambda c: c.scalars(running).all()):
        services.engine.stop(message_id)

    def store(connection: Connection) -> None:
        connection.execute(delete(User).where(User.id == user_id))
        connection.execute(delete(ChangeRow).where(ChangeRow.user_id == user_id))

    services.database.write(store)
