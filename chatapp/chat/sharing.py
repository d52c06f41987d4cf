"""Links by which anybody reads a conversation, as it was when the link was made or renewed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from chatapp.chat import once, trunks
from chatapp.chat.access import Person
from chatapp.chat.attaching import ids_of
from chatapp.errors import Conflict, NotFound, Unprocessable
from chatapp.events import ENDINGS
from chatapp.models import (
    Conversation,
    Database,
    Image,
    Message,
    Share,
    User,
    as_id,
    make_id,
    now,
    table,
)

BYTES = 18
"""Random bytes of a link: 144 bits, and no padding in base 64."""

GONE = "This conversation is not shared any more, or the link is not whole."

_CAPABILITY = re.compile(r"[\w-]{24}", re.ASCII)
_shares = table(Share)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of somebody's. `behind` counts the messages that came since it was renewed."""

    id: str
    conversation_id: str
    capability: str
    title: str
    created_at: datetime
    updated_at: datetime
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link shows; `message_ids` are in the order in which they are read."""

    title: str
    updated_at: datetime
    conversation_id: str
    message_ids: Sequence[str]


def make(
    database: Database, person: Person, conversation_id: str, message_id: str | None = None
) -> bool:
    """Makes the link of a conversation, or brings it up to date; whether it is new.

    It shows the messages that lead to one, or to the newest, up to the last answer that has ended.
    Raises `NotFound`, `Unprocessable` for a message of another conversation, and `Conflict` where
    nothing is answered yet.
    """

    def store(connection: Connection) -> bool:
        title = _title(connection, person, conversation_id)
        shown = _shown(trunks.trunk(connection, conversation_id, message_id))
        if message_id and not shown:
            raise Unprocessable("message_id: there is no such message in this conversation.")
        if not shown:
            raise Conflict("Nothing here is answered yet. Share it when it is.")
        values = {"title": title, "message_id": shown[-1].id, "updated_at": now()}
        renewed = update(Share).where(Share.conversation_id == conversation_id).values(**values)
        if connection.execute(renewed).rowcount:
            return False
        whose = {"id": make_id(), "user_id": person.id, "conversation_id": conversation_id}
        secret = secrets.token_urlsafe(BYTES)
        connection.execute(insert(Share).values(**whose, **values, capability=secret))
        return True

    return once.write(database, store)


def find(database: Database, person: Person, conversation_id: str) -> Link | None:
    """The link of one of the person's conversations."""
    wanted = _theirs(person).where(Share.conversation_id == as_id(conversation_id))

    def look(connection: Connection) -> Link | None:
        row = connection.execute(wanted).first()
        if row is None:
            return None
        steps = _shown(trunks.trunk(connection, row.conversation_id))
        ids = [step.id for step in steps]
        known = ids.index(row.message_id) + 1 if row.message_id in ids else 0
        return _link(row, len(ids) - known)

    return database.read(look)


def listed(database: Database, person: Person) -> list[Link]:
    """All links of a person, those renewed last first."""
    wanted = _theirs(person).order_by(Share.updated_at.desc(), Share.id)
    rows = database.read(lambda connection: connection.execute(wanted).all())
    return [_link(row) for row in rows]


def withdraw(database: Database, person: Person, share_id: str) -> None:
    """Ends a link at once. Raises `NotFound`."""
    _delete(database, Share.id == as_id(share_id), person)


def withdraw_of(database: Database, person: Person, conversation_id: str) -> None:
    """Ends the link of a conversation at once. Raises `NotFound`."""
    _delete(database, Share.conversation_id == as_id(conversation_id), person)


def open_link(database: Database, capability: str) -> Shared:
    """What somebody sees who knows a link. Raises `NotFound`."""
    if not _CAPABILITY.fullmatch(capability):
        raise NotFound(GONE)
    wanted = (
        select(Share.title, Share.updated_at, Share.conversation_id, Share.message_id)
        .join(Conversation, Conversation.id == Share.conversation_id)
        .join(User, User.id == Share.user_id)
        .where(Share.capability == capability)
        .where(Conversation.deleted_at.is_(None), User.disabled_at.is_(None))
    )

    def look(connection: Connection) -> Shared | None:
        row = connection.execute(wanted).first()
        if row is None:
            return None
        steps = trunks.trunk(connection, row.conversation_id, row.message_id)
        ids = [step.id for step in steps]
        return Shared(row.title, row.updated_at, row.conversation_id, ids)

    found = database.read(look)
    if found is None:
        raise NotFound(GONE)
    return found


def find_picture(database: Database, capability: str, image_id: str) -> Row[Any]:
    """A picture of a question that a link shows, without its bytes. Raises `NotFound`."""
    shared = open_link(database, capability)
    came = select(Message.id, Message.attachments).where(
        Message.conversation_id == shared.conversation_id, Message.attachments.is_not(None)
    )
    picture = select(table(Image)).where(
        Image.id == as_id(image_id), Image.conversation_id == shared.conversation_id
    )

    def look(connection: Connection) -> Row[Any] | None:
        rows = connection.execute(came).all()
        shown = {row.id: ids_of("image", row.attachments) for row in rows}
        if not any(image_id in shown.get(id, ()) for id in shared.message_ids):
            return None
        return connection.execute(picture).first()

    found = database.read(look)
    if found is None:
        raise NotFound(GONE)
    return found


def messages(database: Database, shared: Shared) -> Iterator[list[Row[Any]]]:
    """What was said, some messages at a time."""
    return trunks.read(database, shared.message_ids)


def _title(connection: Connection, person: Person, conversation_id: str) -> str:
    """Locked, a conversation is not deleted meanwhile. Raises `NotFound`."""
    wanted = select(Conversation.title).where(
        Conversation.id == as_id(conversation_id),
        Conversation.user_id == person.id,
        Conversation.deleted_at.is_(None),
    )
    title = connection.scalar(wanted.with_for_update())
    if title is None:
        raise NotFound("There is no such conversation.")
    return str(title)


def _shown(steps: list[trunks.Step]) -> list[trunks.Step]:
    """Up to the last answer that has ended: what still grows is not shown."""
    for count in range(len(steps), 0, -1):
        if steps[count - 1].role == "assistant" and steps[count - 1].status in ENDINGS:
            return steps[:count]
    return []


def _theirs(person: Person) -> Select[Any]:
    conversation = (Conversation.id == Share.conversation_id, Conversation.deleted_at.is_(None))
    return (
        select(_shares)
        .join(Conversation, conversation[0])
        .where(Share.user_id == person.id, conversation[1])
    )


def _link(row: Row[Any], behind: int = 0) -> Link:
    return Link(
        row.id,
        row.conversation_id,
        row.capability,
        row.title,
        row.created_at,
        row.updated_at,
        behind,
    )


def _delete(database: Database, which: Any, person: Person) -> None:
    ended = delete(Share).where(which, Share.user_id == person.id)
    if not database.write(lambda connection: connection.execute(ended)).rowcount:
        raise NotFound("There is no such link.")
