"""The one door: whatever is loaded is loaded on behalf of a user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from chatapp.errors import NotFound, Unprocessable
from chatapp.knowledge.documents import Patron, readable
from chatapp.models import Conversation, Database, Message, as_id
from chatapp.models.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Person:
    """On whose behalf something is done. `network` is where the request came from."""

    id: str
    guest: bool = False
    network: str = ""

    @property
    def counted_as(self) -> str:
        """Whom limits count for: whoever may be a new guest with each request is their network."""
        return self.network if self.guest else self.id


_THERE = Conversation.deleted_at.is_(None)
_CONVERSATION = select(Conversation).where(
    Conversation.id == bindparam("id"), Conversation.user_id == bindparam("person"), _THERE
)
_MESSAGE = (
    select(Message)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(Message.id == bindparam("id"), Conversation.user_id == bindparam("person"), _THERE)
)
_OWN_CONVERSATION = Prepared(
    select(Conversation.id).where(
        Conversation.id == bindparam("id"), Conversation.user_id == bindparam("person"), _THERE
    )
)
_OWN_MESSAGE = Prepared(
    select(Message.id)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(Message.id == bindparam("id"), Conversation.user_id == bindparam("person"), _THERE)
)


def conversation(session: Session, person: Person, conversation_id: str) -> Conversation:
    """A conversation of the person's own. Raises `NotFound`."""
    found = session.scalar(_CONVERSATION, {"id": as_id(conversation_id), "person": person.id})
    if found is None:
        raise NotFound("There is no such conversation.")
    return found


def message(session: Session, person: Person, message_id: str) -> Message:
    """A message in a conversation of the person's own. Raises `NotFound`."""
    found = session.scalar(_MESSAGE, {"id": as_id(message_id), "person": person.id})
    if found is None:
        raise NotFound("There is no such message.")
    return found


def check_conversation(database: Database, person: Person, conversation_id: str) -> None:
    """Raises `NotFound` for a conversation that is not the person's own."""
    _check(database, _OWN_CONVERSATION, person, conversation_id, "conversation")


def check_message(database: Database, person: Person, message_id: str) -> None:
    """Raises `NotFound` for a message that is in no conversation of the person's own."""
    _check(database, _OWN_MESSAGE, person, message_id, "message")


def check_documents(connection: Connection, person_id: str, ids: Iterable[str]) -> None:
    """Raises `Unprocessable` for documents that a person may not read, or that do not exist."""
    wanted = set(ids)
    if wanted and len(readable(connection, Patron(person_id), wanted)) < len(wanted):
        raise Unprocessable("document_ids: there is no such document.", param="document_ids")


def _check(database: Database, owned: Prepared, person: Person, id: str, kind: str) -> None:
    wanted = {"id": as_id(id), "person": person.id}
    if database.read(lambda connection: owned.first(connection, wanted)) is None:
        raise NotFound(f"There is no such {kind}.")
