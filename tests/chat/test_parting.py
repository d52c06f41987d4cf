"""What conversations keep of an assistant that is deleted, or not shared any more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from chatapp.accounts import sessions
from chatapp.chat import history
from chatapp.chat.access import Person
from chatapp.chat.farewell import delete_person
from chatapp.chat.services import Services
from chatapp.errors import Unprocessable
from chatapp.models import Assistant, ChangeRow, Conversation, Database
from tests.conftest import Api
from tests.support.replies import value
from tests.support.rows import count_rows
from tests.support.shelf import add_assistant, stored

SAID = {
    "instructions": "Be brief.",
    "model": "m1",
    "temperature": 0.2,
    "document_ids": ["d1", "d2"],
    "shared": True,
}
KEPT = ("Be brief.", "m1", 0.2, ["d1", "d2"], None)


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def begin(services: Services, user_id: str, assistant_id: str, **values: Any) -> str:
    """A conversation with an assistant; its id."""
    return history.create(services, Person(user_id), {"assistant_id": assistant_id} | values)[0]


def kept(database: Database, conversation_id: str) -> tuple[object, ...]:
    """What a conversation says itself."""
    row = stored(database, conversation_id)
    assert row.assistant_id is None
    return row.instructions, row.model, row.temperature, row.document_ids, row.use_documents


def delete(api: Api, id: str) -> None:
    assert api.call("DELETE", f"/api/assistants/{id}").status_code == 204


def test_deleted_it_stays_in_everybodys_conversations(
    services: Services, database: Database, api: Api, other: Api
) -> None:
    id = add_assistant(database, api.user_id, **SAID)
    chats = [begin(services, person.user_id, id) for person in (api, other)]
    bystander = begin(services, other.user_id, "coach")
    delete(api, id)
    assert [kept(database, chat) for chat in chats] == [KEPT, KEPT]
    assert stored(database, bystander).assistant_id == "coach"
    assert stored(database, bystander).instructions is None


def test_what_was_chosen_for_a_conversation_stays(
    services: Services, database: Database, api: Api
) -> None:
    id = add_assistant(database, api.user_id, **SAID)
    own = {"instructions": "Be kind.", "model": "m2", "temperature": 0.0}
    chat = begin(services, api.user_id, id, **own)
    put = update(Conversation).values(document_ids=["d3"])
    database.write(lambda connection: connection.execute(put))
    empty = begin(services, api.user_id, id, instructions="", model="")
    delete(api, id)
    assert kept(database, chat) == ("Be kind.", "m2", 0.0, ["d3"], None)
    assert kept(database, empty) == KEPT


def test_one_that_uses_no_documents_leaves_that_behind(
    services: Services, database: Database, api: Api
) -> None:
    id = add_assistant(database, api.user_id, use_documents=False, document_ids=["d1"])
    chat = begin(services, api.user_id, id)
    delete(api, id)
    assert kept(database, chat) == ("", None, None, [], False)


def test_not_shared_any_more_it_stays_with_who_made_it(
    services: Services, database: Database, api: Api, other: Api
) -> None:
    id = add_assistant(database, api.user_id, **SAID)
    mine, theirs = (begin(services, person.user_id, id) for person in (api, other))
    change = {"shared": False, "instructions": "Keep this secret."}
    value(api.call("PATCH", f"/api/assistants/{id}", json=change))
    assert kept(database, theirs) == KEPT
    assert stored(database, mine).assistant_id == id
    with pytest.raises(Unprocessable):
        begin(services, other.user_id, id)


def test_a_guests_conversation_gets_no_model(
    services: Services, database: Database, api: Api
) -> None:
    id = add_assistant(database, api.user_id, **SAID)
    guest = sessions.begin_guest(database)[0]
    chat = begin(services, guest, id)
    delete(api, id)
    assert kept(database, chat) == ("Be brief.", None, 0.2, ["d1", "d2"], None)


def test_with_a_person_their_assistants_go(
    services: Services, database: Database, api: Api, other: Api
) -> None:
    ids = [add_assistant(database, api.user_id, **SAID) for _ in range(2)]
    begin(services, api.user_id, ids[0])
    chats = [begin(services, other.user_id, id) for id in ids]
    stays = add_assistant(database, other.user_id)
    delete_person(services, api.user_id)
    assert [kept(database, chat) for chat in chats] == [KEPT, KEPT]
    assert count_rows(database, Assistant, Conversation) == [1, 2]
    assert value(other.get(f"/api/assistants/{stays}"))["mine"] is True


def test_owners_are_told(services: Services, database: Database, api: Api, other: Api) -> None:
    id = add_assistant(database, api.user_id, **SAID)
    chat = begin(services, other.user_id, id)
    delete(api, id)
    wanted = ChangeRow.__table__.select().order_by(ChangeRow.id.desc())
    told = database.read(lambda connection: connection.execute(wanted).first())
    assert told is not None
    assert (told.user_id, told.kind, told.conversation_id) == (
        other.user_id,
        "conversation.updated",
        chat,
    )


def test_no_conversation_is_left_with_one_that_goes_meanwhile(
    app: Flask, services: Services, database: Database, api: Api, other: Api
) -> None:
    id = add_assistant(database, api.user_id, **SAID)
    elsewhere = Api(app.test_client(), api.headers, api.user_id)

    def make(_: int) -> str | None:
        try:
            return begin(services, other.user_id, id)
        except Unprocessable:
            return None

    with ThreadPoolExecutor(5) as threads:
        making = [threads.submit(make, number) for number in range(8)]
        delete(elsewhere, id)
        chats = [made for each in making if (made := each.result())]
    assert [kept(database, chat) for chat in chats] == [KEPT] * len(chats)
