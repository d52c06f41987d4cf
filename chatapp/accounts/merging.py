"""A guest who turns out to have an account: what they wrote becomes the account's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.orm import aliased

from chatapp.events import Change
from chatapp.models import (
    CallRow,
    Conversation,
    Database,
    Document,
    Image,
    Run,
    SavedPrompt,
    Send,
    User,
    record,
    record_ended_access,
)

MOVED: tuple[Any, ...] = (Conversation, Document, Image, Run, CallRow, Send, SavedPrompt)
"""What changes hands. All else that hangs on a guest goes with the guest."""


def merge(database: Database, guest_id: str, user_id: str) -> None:
    """Gives an account what is a guest's, conversations and all, and ends the guest.

    Answers that are being written go on. Who is no guest stays as they are.
    """

    def store(connection: Connection) -> None:
        guest = select(User.id).where(User.id == guest_id, User.email.is_(None)).with_for_update()
        if connection.scalar(guest) is None:  # locked: a question sent now waits, and finds nobody
            return
        _make_unique(connection, guest_id, user_id)
        _let_twins_go(connection, guest_id, user_id)
        moved = update(Conversation).where(Conversation.user_id == guest_id)
        moved_ids = connection.scalars(moved.values(user_id=user_id).returning(Conversation.id))
        news = [Change("conversation.created", id) for id in moved_ids]
        for table in MOVED[1:]:
            connection.execute(
                update(table).where(table.user_id == guest_id).values(user_id=user_id)
            )
        connection.execute(delete(User).where(User.id == guest_id))
        record_ended_access(connection, guest_id)
        if news:
            record(connection, user_id, *news)

    database.write(store)


def _make_unique(connection: Connection, guest_id: str, user_id: str) -> None:
    """A `client_id` names one thing of a person's; where both used the same, the guest's goes."""
    mine = select(Conversation.client_id).where(
        Conversation.user_id == user_id, Conversation.client_id.is_not(None)
    )
    same = (Conversation.user_id == guest_id, Conversation.client_id.in_(mine))
    connection.execute(update(Conversation).where(*same).values(client_id=None))
    sent = select(Send.client_id).where(Send.user_id == user_id)
    again = (Send.user_id == guest_id, Send.client_id.in_(sent))
    connection.execute(delete(Send).where(*again))


def _let_twins_go(connection: Connection, guest_id: str, user_id: str) -> None:
    """Of a file that both added the account's document stays, and is chosen for the other."""
    theirs, mine = aliased(Document), aliased(Document)
    twins = (
        select(theirs.id.label("gone"), mine.id.label("kept"))
        .join(mine, mine.checksum == theirs.checksum)
        .where(theirs.user_id == guest_id, mine.user_id == user_id)
    )
    stays = {row.gone: row.kept for row in connection.execute(twins)}
    if not stays:
        return
    chosen = select(Conversation.id, Conversation.document_ids)
    for id, document_ids in connection.execute(chosen.where(Conversation.user_id == guest_id)):
        renamed = list(dict.fromkeys(stays.get(each, each) for each in document_ids))
        changed = update(Conversation).where(Conversation.id == id)
        connection.execute(changed.values(document_ids=renamed))
    connection.execute(delete(Document).where(Document.id.in_(stays)))
