"""An export: one valid JSON document, however much there is, read piece by piece."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import insert

from chatapp.chat import exporting
from chatapp.chat.exporting import LISTS, export
from chatapp.chat.services import Services
from chatapp.extensions import Base
from chatapp.models import Conversation, Database, Document, DocumentText, Message, make_id
from tests.conftest import Api
from tests.support.scripted import Scripted
from tests.support.talk import Talk
from tests.support.v1 import Calls

NOT_EXPORTED = {"calls", "imports", "invitations", "runs", "sends", "tickets"}
"""What only lives while something is under way, and what names others."""


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def read(database: Database, user_id: str) -> Any:
    return json.loads(b"".join(export(database, user_id)))


def test_everything_that_hangs_on_a_person_is_exported() -> None:
    hanging = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "users"
    }
    exported = {str(table) for each in LISTS.values() for table in each.get_final_froms()}
    assert exported | NOT_EXPORTED | {"conversations", "documents", "images"} == hanging


def test_pieces_join_to_all_conversations_and_messages_in_their_order(
    database: Database, api: Api, other: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(exporting, "MESSAGES_AT_ONCE", 3)
    ids = [make_id() for _ in range(5)]
    rows = [
        {"id": make_id(), "conversation_id": id, "position": position, "role": "user"}
        | {"status": "complete", "text": f"{number}.{position}"}
        for number, id in enumerate(ids)
        for position in range(1, number * 2 + 1)
    ]
    for id in ids:
        made = insert(Conversation).values(id=id, user_id=api.user_id)
        database.write(lambda connection, one=made: connection.execute(one))  # type: ignore[misc]
    database.write(lambda connection: connection.execute(insert(Message), rows))
    exported = read(database, api.user_id)["conversations"]
    assert [each["id"] for each in exported] == ids
    texts = [[message["text"] for message in each["messages"]] for each in exported]
    assert texts == [[f"{n}.{p}" for p in range(1, n * 2 + 1)] for n in range(5)]
    assert read(database, other.user_id)["conversations"] == []


def test_an_answer_that_is_being_written_is_exported_as_far_as_it_got(
    database: Database, api: Api, model: Scripted, services: Services
) -> None:
    talk = Talk(api, model)
    stream = api.ask(talk.id, "Why?")
    asked = model.asked()
    asked.say("Half of ")
    pieces = stream.iter_encoded()
    while b"Half of " not in next(pieces):
        pass
    services.engine.beat()
    (conversation,) = read(database, api.user_id)["conversations"]
    assert conversation["messages"][1]["parts"] == [{"type": "text", "text": "Half of "}]
    asked.finish("it.")
    assert stream.data


def test_documents_are_exported_with_their_words(
    database: Database, api: Api, other: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 2)
    common = {"title": "T", "media_type": "text/plain", "size": 1}
    documents = [
        {"id": f"d{number}", "user_id": owner, "name": f"{number}.txt", "checksum": f"{number}"}
        | common
        for number, owner in enumerate([api.user_id] * 5 + [other.user_id])
    ]
    words = [{"document_id": f"d{number}", "text": f"Words {number}"} for number in range(1, 6)]
    database.write(lambda connection: connection.execute(insert(Document), documents))
    database.write(lambda connection: connection.execute(insert(DocumentText), words))
    exported = read(database, api.user_id)["documents"]
    texts = {each["name"]: each["text"] for each in exported}
    assert len(exported) == 5
    assert texts == {"0.txt": None} | {f"{n}.txt": f"Words {n}" for n in range(1, 5)}
    assert not {"user_id", "attempts", "claim", "claimed_until"} & exported[0].keys()


def test_feedback_is_exported(database: Database, api: Api, model: Scripted) -> None:
    talk = Talk(api, model)
    answer = talk.ask()
    api.post(f"/api/messages/{answer}/feedback", {"rating": "bad", "comment": "No."})
    (conversation,) = read(database, api.user_id)["conversations"]
    rated = conversation["messages"][1]
    assert (rated["rating"], rated["comment"]) == ("bad", "No.")


def test_who_is_gone_exports_nothing(database: Database) -> None:
    exported = read(database, "nobody")
    assert exported["account"] is None
    assert exported["conversations"] == exported["documents"] == []


def test_what_programs_asked_with_is_exported(
    database: Database, api: Api, model: Scripted
) -> None:
    answer = Calls(api, model, "/v1/responses", {"model": "scripted", "input": "Why?"})
    answer.answer(instructions="Be brief.").get_data()
    (conversation,) = read(database, api.user_id)["conversations"]
    (message,) = conversation["messages"]
    assert message["input"] == [{"type": "message", "role": "user", "content": "Why?"}]
    assert (message["settings"]["instructions"], message["text"]) == ("Be brief.", "Because.")
