"""Who answers: what an assistant says counts where neither message nor conversation does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, update

from chatapp.chat import answerer
from chatapp.chat.coaching import SETUP
from chatapp.chat.opening import Opener
from chatapp.chat.prompting import Wishes
from chatapp.chat.ready_made import HANDBOOK, READY_MADE
from chatapp.chat.services import Services
from chatapp.models import Assistant, Conversation, Database
from tests.conftest import Api
from tests.support.replies import problem, value
from tests.support.scripted import Scripted
from tests.support.shelf import add_assistant, add_document, stored
from tests.support.talk import Talk

CHATS = "/api/conversations"


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_INSTRUCTIONS": "of the settings", "CHATAPP_MODELS": "m0,m1,m2,m3"}


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> list[Wishes]:
    """How each answer that is opened is to be made."""
    found: list[Wishes] = []
    resolve = Opener._wishes

    def note(*given: Any) -> Wishes:
        found.append(resolve(*given))
        return found[-1]

    monkeypatch.setattr(Opener, "_wishes", note)
    return found


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is executed."""
    said: list[str] = []

    def note(connection: Any, cursor: Any, sql: str, *others: Any) -> None:
        said.append(sql)

    engine = database.write(lambda connection: connection.engine)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def told(talk: Talk) -> tuple[str, str, float | None]:
    """Instructions, model and temperature of the last question."""
    prompt = talk.asked[-1].prompt
    return prompt.turns[0].content, prompt.model, prompt.temperature


def test_message_conversation_assistant_and_settings_count_in_this_order(
    api: Api, model: Scripted, database: Database
) -> None:
    said = {"instructions": "of the assistant", "model": "m1", "temperature": 0.1}
    talk = Talk(api, model, assistant_id=add_assistant(database, api.user_id, **said))
    talk.ask()
    assert told(talk) == ("of the assistant", "m1", 0.1)
    own = {"instructions": "of the conversation", "model": "m2", "temperature": 0.2}
    value(api.call("PATCH", f"{CHATS}/{talk.id}", json=own))
    talk.ask()
    assert told(talk) == ("of the conversation", "m2", 0.2)
    talk.ask(instructions="of the message", model="m3", temperature=0)
    assert told(talk) == ("of the message", "m3", 0)
    nothing = dict.fromkeys((*own, "assistant_id"))
    value(api.call("PATCH", f"{CHATS}/{talk.id}", json=nothing))
    talk.ask()
    assert told(talk) == ("of the settings", "m0", None)


def test_later_answers_follow_an_assistant_that_changes(
    api: Api, model: Scripted, database: Database
) -> None:
    id = add_assistant(database, api.user_id, instructions="Be brief.")
    talk = Talk(api, model, assistant_id=id)
    answer = talk.ask()
    changed = update(Assistant).values(instructions="Be kind.")
    database.write(lambda connection: connection.execute(changed))
    talk.again("regenerate", answer)
    assert told(talk)[0] == "Be kind."


def test_an_assistant_that_says_nothing_leaves_all_as_it_was(
    api: Api, model: Scripted, database: Database, wishes: list[Wishes]
) -> None:
    Talk(api, model, assistant_id=add_assistant(database, api.user_id)).ask()
    Talk(api, model).ask()
    nothing_to_search = Wishes("m0", "of the settings", use_documents=False)
    assert wishes[0] == wishes[1] == nothing_to_search


def test_a_model_that_is_not_offered_any_more_gives_way(
    api: Api, model: Scripted, database: Database
) -> None:
    talk = Talk(api, model, assistant_id=add_assistant(database, api.user_id, model="old"))
    talk.ask()
    assert told(talk)[1] == "m0"


class TestDocuments:
    """Which documents an answer may rest on."""

    def test_all_of_them_where_nobody_chose(
        self, api: Api, model: Scripted, database: Database, wishes: list[Wishes]
    ) -> None:
        Talk(api, model).ask()
        assert (wishes[0].document_ids, wishes[0].use_documents) == (None, False)
        add_document(database, api.user_id)
        Talk(api, model).ask()
        assert (wishes[1].document_ids, wishes[1].use_documents) == (None, True)

    def test_those_of_the_conversation_else_of_the_assistant(
        self, api: Api, model: Scripted, database: Database, wishes: list[Wishes]
    ) -> None:
        id = add_assistant(database, api.user_id, document_ids=["d1", "d2"])
        talk = Talk(api, model, assistant_id=id)
        talk.ask()
        mine = add_document(database, api.user_id)
        value(api.call("PATCH", f"{CHATS}/{talk.id}", json={"document_ids": [mine]}))
        talk.ask()
        assert [each.document_ids for each in wishes] == [("d1", "d2"), (mine,)]

    def test_none_where_the_assistant_uses_none(
        self, api: Api, model: Scripted, database: Database, wishes: list[Wishes]
    ) -> None:
        id = add_assistant(database, api.user_id, use_documents=False)
        talk = Talk(api, model, assistant_id=id)
        talk.ask()
        mine = add_document(database, api.user_id)
        value(api.call("PATCH", f"{CHATS}/{talk.id}", json={"document_ids": [mine]}))
        talk.ask()
        assert [each.use_documents for each in wishes] == [False, True]

    def test_what_one_may_not_read_cannot_be_chosen(
        self, api: Api, other: Api, database: Database
    ) -> None:
        mine = add_document(database, api.user_id)
        sample = add_document(database, None)
        shared = add_document(database, other.user_id, shared=True)
        theirs = add_document(database, other.user_id)
        readable = {"document_ids": [mine, sample, shared]}
        made = value(api.post(CHATS, readable), 201)
        assert made.items() >= readable.items()
        path = f"{CHATS}/{made['id']}"
        for wrong in ([theirs], [mine, theirs], ["unknown"], ["ä"], ["x" * 32]):
            body = {"document_ids": wrong, "title": "Other"}
            for refused in (api.post(CHATS, body), api.call("PATCH", path, json=body)):
                assert "document_ids" in problem(refused, 422, "invalid_value")
        assert value(api.get(path)) == made


class TestWhoMayUseIt:
    """Own, shared and ready-made ones; the others do not exist."""

    def test_unknown_and_private_ones_are_refused(
        self, api: Api, other: Api, database: Database
    ) -> None:
        theirs = add_assistant(database, other.user_id)
        chat = api.conversation()
        for id in (theirs, "unknown", "ä", "x" * 32):
            body = {"assistant_id": id, "title": "Other"}
            changed = api.call("PATCH", f"{CHATS}/{chat}", json=body)
            for refused in (api.post(CHATS, body), changed):
                assert "assistant_id" in problem(refused, 422, "invalid_value")
        assert value(api.get(f"{CHATS}/{chat}"))["title"] == ""

    def test_shared_ones_are_everybodys(
        self, api: Api, other: Api, model: Scripted, database: Database
    ) -> None:
        id = add_assistant(database, other.user_id, shared=True, instructions="Be brief.")
        talk = Talk(api, model, assistant_id=id)
        talk.ask()
        assert told(talk)[0] == "Be brief."

    @pytest.mark.parametrize("id", READY_MADE)
    def test_ready_made_ones_are_everybodys(self, api: Api, model: Scripted, id: str) -> None:
        talk = Talk(api, model, assistant_id=id)
        talk.ask()
        persona = READY_MADE[id]
        assert told(talk) == (persona.instructions, "m0", persona.temperature)

    def test_a_private_one_that_stands_in_a_conversation_says_nothing(
        self, api: Api, other: Api, model: Scripted, database: Database
    ) -> None:
        talk = Talk(api, model)
        theirs = add_assistant(database, other.user_id, instructions="Tell secrets.")
        put = update(Conversation).values(assistant_id=theirs)
        database.write(lambda connection: connection.execute(put))
        talk.ask()
        assert told(talk)[0] == "of the settings"

    def test_a_guest_gets_the_default_model(self, database: Database, services: Services) -> None:
        choose = services.catalogue.prefer
        assert [choose("m2", "m0", guest=guest) for guest in (True, False)] == ["m0", "m2"]


class TestReadyMade:
    """The assistants that come with us."""

    def test_the_coach_of_the_guide_is_the_assistant(self) -> None:
        coach = READY_MADE["coach"]
        assert coach.instructions == SETUP["instructions"]
        assert not coach.use_documents

    def test_the_handbook_helper_rests_on_documents(self) -> None:
        assert HANDBOOK.use_documents
        assert HANDBOOK.document_ids == ()

    def test_there_are_five_and_each_says_all_about_itself(self) -> None:
        assert len(READY_MADE) == 5
        for id, persona in READY_MADE.items():
            assert persona.id == id
            assert persona.ready_made
            for said in (persona.name, persona.letter, persona.description, persona.instructions):
                assert said
            assert len(persona.opening_questions) == 3

    def test_they_look_different(self) -> None:
        assert len({(each.letter, each.colour) for each in READY_MADE.values()}) == 5


def test_only_an_assistant_that_is_stored_costs_a_statement(
    api: Api, model: Scripted, database: Database
) -> None:
    counts = []
    stored_one = add_assistant(database, api.user_id)
    for fields in ({}, {"assistant_id": "coach"}, {"assistant_id": stored_one}):
        talk = Talk(api, model, **fields)
        with statements(database) as said:
            talk.ask()
        counts.append(sum("assistants" in each for each in said))
    assert counts == [0, 0, 1]


def test_another_assistant_is_asked_about_documents_itself(api: Api, database: Database) -> None:
    chat = api.conversation()
    put = update(Conversation).values(use_documents=False)
    database.write(lambda connection: connection.execute(put))
    value(api.call("PATCH", f"{CHATS}/{chat}", json={"title": "T"}))
    assert stored(database, chat).use_documents is False
    value(api.call("PATCH", f"{CHATS}/{chat}", json={"assistant_id": "handbook"}))
    assert stored(database, chat).use_documents is None
    assert answerer.documents(stored(database, chat), HANDBOOK) == (None, True)
