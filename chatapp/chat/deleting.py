"""Deleting conversations: at once for whoever looks, and for good a while later.

Until then one can be brought back. It is kept as what programs keep is, until a moment: no list
shows it; and nothing opens it, as it was `deleted_at` another.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, or_, select, update

from chatapp.chat.access import Person
from chatapp.chat.history import alter
from chatapp.chat.services import Services
from chatapp.errors import NotFound
from chatapp.events import ENDINGS, Change
from chatapp.models import Conversation, Database, Message, as_id, now

UNDO = timedelta(seconds=60)
"""How long one can be brought back; the page offers it for less."""


def remove(services: Services, conversation_id: str) -> None:
    """Deletes a conversation with its messages, after stopping what is still being written."""
    _stop_all(services, conversation_id)
    told = Change("conversation.deleted", conversation_id)
    services.database.write(lambda connection: alter(connection, delete(Conversation), told))


def put_away(services: Services, conversation_id: str) -> None:
    """Deletes a conversation, which can be brought back for a while.

    Its `client_id` is free at once: a program that uses it again means another conversation.
    """
    _stop_all(services, conversation_id)
    moment = now()
    hidden = (
        update(Conversation)
        .values(deleted_at=moment, kept_until=moment + UNDO, client_id=None, digest=None)
        .where(Conversation.deleted_at.is_(None))
    )
    told = Change("conversation.deleted", conversation_id)
    services.database.write(lambda connection: alter(connection, hidden, told))
    services.ingest.wake()  # from now on the process looks for what is to be swept


def bring_back(services: Services, person: Person, conversation_id: str) -> None:
    """Undoes that; what is there stays. Raises `NotFound` where it is too late."""
    theirs = update(Conversation).where(
        Conversation.user_id == person.id,
        or_(Conversation.deleted_at.is_not(None), Conversation.kept_until.is_(None)),
    )
    shown = theirs.values(deleted_at=None, kept_until=None)
    told = Change("conversation.created", as_id(conversation_id))
    if not services.database.write(lambda connection: alter(connection, shown, told)):
        raise NotFound("This conversation was deleted for good.")


def put_away_title(services: Services, person: Person, conversation_id: str) -> str | None:
    """The title of a conversation that can be brought back; None where there is none."""
    wanted = select(Conversation.title).where(
        Conversation.id == as_id(conversation_id),
        Conversation.user_id == person.id,
        Conversation.deleted_at.is_not(None),
    )
    return services.database.read(lambda connection: connection.scalar(wanted))


def sweep(database: Database) -> None:
    """Deletes for good what cannot be brought back any more."""
    late = (Conversation.deleted_at.is_not(None), Conversation.kept_until < now())
    if database.read(lambda connection: connection.scalar(select(exists().where(*late)))):
        database.write(lambda connection: connection.execute(delete(Conversation).where(*late)))


def _stop_all(services: Services, conversation_id: str) -> None:
    running = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.status.not_in(ENDINGS)
    )
    for message_id in services.database.read(lambda c: c.scalars(running).all()):
        services.engine.stop(message_id)
