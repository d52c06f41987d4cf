"""A guest who has an account: what becomes of what hangs on them."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, insert, select, update

from chatapp.accounts import merging, sessions
from chatapp.chat.services import Services
from chatapp.extensions import Base
from chatapp.models import (
    Assistant,
    BrowserSession,
    ChangeRow,
    Conversation,
    Database,
    Document,
    Imported,
    Invitation,
    LinkedIdentity,
    Message,
    SavedPrompt,
    Send,
    Share,
    Ticket,
    Token,
    User,
)
from tests.conftest import Api
from tests.support.rows import count_rows

ENDED = {
    *(Assistant, BrowserSession, Ticket, Token, LinkedIdentity, Invitation, Share, Imported),
}
"""What a guest's end ends; a guest has no more than a session of it."""


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def guest(database: Database) -> str:
    """The id of a guest with a session."""
    return sessions.begin_guest(database)[0]


def converse(database: Database, user_id: str, id: str, client_id: str | None) -> None:
    """A conversation with one answer, both sent with a `client_id`."""
    rows = (
        insert(Conversation).values(id=id, user_id=user_id, client_id=client_id),
        insert(Message).values(
            id=f"m{id}", conversation_id=id, position=1, role="assistant", status="complete"
        ),
        insert(Send).values(
            user_id=user_id, client_id=client_id or id, answer_id=f"m{id}", digest=""
        ),
    )

    def store(connection: Connection) -> None:
        for row in rows:
            connection.execute(row)

    database.write(store)


def test_everything_of_a_guests_changes_hands_or_ends() -> None:
    hanging = {
        mapper.class_
        for mapper in Base.registry.mappers
        for key in mapper.local_table.foreign_keys
        if key.column.table.name == "users"
    }
    assert set(merging.MOVED) | ENDED == hanging


def test_what_a_guest_wrote_becomes_the_accounts(database: Database, guest: str, api: Api) -> None:
    converse(database, guest, "a", "1")
    converse(database, guest, "b", None)
    merging.merge(database, guest, api.user_id)
    owners = select(Conversation.id, Conversation.user_id, Conversation.client_id)
    rows = database.read(lambda c: c.execute(owners.order_by(Conversation.id)).all())
    assert rows == [("a", api.user_id, "1"), ("b", api.user_id, None)]
    assert count_rows(database, User, BrowserSession, Message, Send) == [1, 0, 2, 2]
    told = select(ChangeRow.user_id, ChangeRow.kind, ChangeRow.conversation_id)
    assert set(database.read(lambda c: c.execute(told).all())) == {
        (api.user_id, "conversation.created", "a"),
        (api.user_id, "conversation.created", "b"),
        (guest, "access.ended", ""),
    }


def test_what_a_guest_saved_becomes_the_accounts(database: Database, guest: str, api: Api) -> None:
    for user_id in (guest, api.user_id):
        kept = insert(SavedPrompt).values(id=user_id, user_id=user_id, title="Why", content="Why?")
        database.write(lambda connection, one=kept: connection.execute(one))  # type: ignore[misc]
    merging.merge(database, guest, api.user_id)
    owners = select(SavedPrompt.user_id)
    assert database.read(lambda c: c.scalars(owners).all()) == [api.user_id] * 2


def test_the_same_client_id_on_both_sides_stands_for_the_accounts(
    database: Database, guest: str, api: Api
) -> None:
    converse(database, api.user_id, "mine", "same")
    converse(database, guest, "theirs", "same")
    merging.merge(database, guest, api.user_id)
    named = select(Conversation.id).where(Conversation.client_id == "same")
    assert database.read(lambda c: c.scalars(named).all()) == ["mine"]
    sent = select(Send.answer_id).where(Send.user_id == api.user_id)
    assert database.read(lambda c: c.scalars(sent).all()) == ["mmine"]
    assert count_rows(database, Conversation, Message) == [2, 2]


def add_document(database: Database, user_id: str, id: str, checksum: str) -> None:
    made = insert(Document).values(
        id=id, user_id=user_id, name=id, title=id, media_type="", size=1, checksum=checksum
    )
    database.write(lambda connection: connection.execute(made))


def test_a_guests_documents_become_the_accounts(database: Database, guest: str, api: Api) -> None:
    add_document(database, guest, "a", "1")
    merging.merge(database, guest, api.user_id)
    owners = select(Document.id, Document.user_id).where(Document.user_id.is_not(None))
    assert database.read(lambda c: c.execute(owners).all()) == [("a", api.user_id)]


def test_of_a_file_that_both_added_the_accounts_document_stays_and_is_chosen(
    database: Database, guest: str, api: Api
) -> None:
    add_document(database, api.user_id, "mine", "same")
    add_document(database, guest, "theirs", "same")
    add_document(database, guest, "b", "other")
    converse(database, guest, "c", None)
    chosen = update(Conversation).values(document_ids=["theirs", "mine", "b"])
    database.write(lambda connection: connection.execute(chosen))
    merging.merge(database, guest, api.user_id)
    documents = select(Document.id).where(Document.user_id == api.user_id)
    assert set(database.read(lambda c: c.scalars(documents).all())) == {"mine", "b"}
    choice = select(Conversation.document_ids)
    assert database.read(lambda c: c.scalar(choice)) == ["mine", "b"]
    theirs = select(func.count()).where(Document.user_id == guest)
    assert database.read(lambda c: c.scalar(theirs)) == 0


def test_accounts_are_not_merged(database: Database, api: Api, other: Api) -> None:
    converse(database, other.user_id, "a", "1")
    merging.merge(database, other.user_id, api.user_id)
    merging.merge(database, "nobody", api.user_id)
    owner = select(Conversation.user_id)
    assert database.read(lambda c: c.scalars(owner).all()) == [other.user_id]
    assert count_rows(database, User) == [2]
