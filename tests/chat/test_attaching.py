"""Documents that come with a question: what the conversation rests on then, and the answer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from chatapp.chat.attaching import MOST_CHOSEN
from chatapp.chat.grounding import LONGEST
from chatapp.chat.services import Services
from chatapp.models import Conversation, Database, Document
from tests.chat.test_answerer import statements
from tests.chat.test_grounding import TRAVEL, VACATION
from tests.conftest import Api
from tests.knowledge.shelf import add
from tests.support.replies import problem, value
from tests.support.scripted import Scripted
from tests.support.shelf import add_assistant, add_document, stored
from tests.support.talk import Talk


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def chosen(talk: Talk, database: Database) -> list[str]:
    """The documents that were chosen for the conversation."""
    ids: list[str] = stored(database, talk.id).document_ids
    return ids


def found(talk: Talk, id: str) -> list[str]:
    """The documents that an answer rests on, each once."""
    names = [source["document_name"] for source in talk.message(id)["sources"]]
    return list(dict.fromkeys(names))


class TestConversation:
    """What a conversation rests on once a document came with a question."""

    def test_one_that_rests_on_all_goes_on_to_do_so(
        self, talk: Talk, api: Api, database: Database
    ) -> None:
        talk.ask(document_ids=[add_document(database, api.user_id)])
        assert chosen(talk, database) == []

    def test_one_with_chosen_documents_rests_on_one_more(
        self, talk: Talk, api: Api, database: Database
    ) -> None:
        first, second = (add_document(database, api.user_id) for _ in range(2))
        value(api.call("PATCH", f"/api/conversations/{talk.id}", json={"document_ids": [first]}))
        talk.ask(document_ids=[second, first])
        assert chosen(talk, database) == [first, second]

    def test_the_choice_of_an_assistant_stays_beside_it(
        self, api: Api, model: Scripted, database: Database
    ) -> None:
        first, second = (add_document(database, api.user_id) for _ in range(2))
        assistant_id = add_assistant(database, api.user_id, document_ids=[first])
        talk = Talk(api, model, assistant_id=assistant_id)
        talk.ask(document_ids=[second])
        assert chosen(talk, database) == [first, second]

    def test_an_assistant_without_documents_uses_this_one_alone(
        self, api: Api, model: Scripted, services: Services
    ) -> None:
        assistant_id = add_assistant(services.database, api.user_id, use_documents=False)
        talk = Talk(api, model, assistant_id=assistant_id)
        id = add(services, api.user_id, "vacation.md", VACATION)
        answer = talk.ask("How many days of vacation are there?", document_ids=[id])
        assert chosen(talk, services.database) == [id]
        assert found(talk, answer) == ["vacation.md"]

    def test_there_is_an_end_to_what_is_chosen(
        self, talk: Talk, api: Api, database: Database
    ) -> None:
        full = [str(number) for number in range(MOST_CHOSEN)]
        talk.ask()
        wide = update(Conversation).where(Conversation.id == talk.id).values(document_ids=full)
        database.write(lambda connection: connection.execute(wide))
        body = {"content": "Why?", "document_ids": [add_document(database, api.user_id)]}
        assert str(MOST_CHOSEN) in problem(api.post(talk.path, body), 422, "invalid_value")
        assert len(talk.messages()) == 2

    def test_what_one_may_not_read_does_not_come_along(
        self, talk: Talk, api: Api, other: Api, database: Database
    ) -> None:
        theirs = add_document(database, other.user_id)
        for wrong in ([theirs], ["unknown"], [add_document(database, api.user_id), theirs]):
            body = {"content": "Why?", "document_ids": wrong}
            assert "document_ids" in problem(api.post(talk.path, body), 422, "invalid_value")
        assert talk.messages() == []


class TestAnswer:
    """What an answer rests on whose question came with documents."""

    def test_it_rests_on_them_before_all_others(
        self, talk: Talk, api: Api, services: Services
    ) -> None:
        add(services, api.user_id, "vacation.md", VACATION)
        mine = add(services, api.user_id, "own.md", VACATION.replace("thirty", "forty"))
        answer = talk.ask("How many days of vacation are there?", document_ids=[mine])
        assert found(talk, answer) == ["own.md"]

    def test_a_question_that_names_nothing_is_told_how_they_begin(
        self, talk: Talk, api: Api, services: Services
    ) -> None:
        ids = [
            add(services, api.user_id, name, text)
            for name, text in (("travel.md", TRAVEL), ("vacation.md", VACATION))
        ]
        answer = talk.ask("Sum it up, please.", document_ids=ids)
        assert found(talk, answer) == ["travel.md", "vacation.md"]
        sources = talk.message(answer)["sources"]
        assert [source["position"] for source in sources] == [*range(1, len(sources) + 1)]
        again = talk.again("regenerate", answer)
        assert found(talk, again) == ["travel.md", "vacation.md"]
        assert found(talk, talk.ask("Thanks!")) == []

    def test_of_a_long_one_no_more_is_told_than_a_model_is_told_anyway(
        self, talk: Talk, api: Api, services: Services
    ) -> None:
        section = "## Hotel {}\n\n" + "A night in this hotel may cost much. " * 60
        text = "# Hotels\n\n" + "\n\n".join(section.format(number) for number in range(60))
        answer = talk.ask("?!", document_ids=[add(services, api.user_id, "hotels.md", text)])
        sources = talk.message(answer)["sources"]
        assert "Hotel 0" in sources[0]["title"]
        assert len(sources) > 1
        assert sum(len(source["content"]) for source in sources) <= LONGEST

    def test_the_model_is_asked_once_they_are_read(
        self, talk: Talk, api: Api, services: Services
    ) -> None:
        id = add(services, api.user_id, "vacation.md", VACATION)
        self._become(services.database, id, "indexing")
        asking = api.ask(talk.id, "How many days of vacation are there?", document_ids=[id])
        stream = iter(asking.response)
        next(stream)
        assert talk.model.is_idle
        self._become(services.database, id, "ready")
        asked = talk.model.asked()
        assert asked.prompt.passages
        asked.finish("Thirty.")
        b"".join(stream)  # type: ignore[arg-type]

    def test_one_that_cannot_be_read_leaves_the_others(
        self, talk: Talk, api: Api, services: Services
    ) -> None:
        broken = add_document(services.database, api.user_id, state="failed")
        add(services, api.user_id, "vacation.md", VACATION)
        answer = talk.ask("How many days of vacation are there?", document_ids=[broken])
        assert found(talk, answer) == ["vacation.md"]

    @staticmethod
    def _become(database: Database, id: str, state: str) -> None:
        changed = update(Document).where(Document.id == id).values(state=state)
        database.write(lambda connection: connection.execute(changed))


def test_a_question_shows_what_came_with_it(talk: Talk, api: Api, database: Database) -> None:
    id = add_document(database, api.user_id, name="hr/leave.md")
    talk.ask(document_ids=[id])
    question, answer = talk.messages()
    assert question["attachments"] == [{"kind": "document", "id": id, "name": "hr/leave.md"}]
    assert answer["attachments"] == []


def test_the_same_send_with_other_files_is_another_one(
    talk: Talk, api: Api, database: Database
) -> None:
    first, second = (add_document(database, api.user_id) for _ in range(2))
    sent: dict[str, Any] = {"content": "Why?", "client_id": "one"}
    answer = talk.ask("Why?", client_id="one", document_ids=[first])
    again = value(api.post(talk.path, sent | {"document_ids": [first]}))
    assert again["id"] == answer
    other = api.post(talk.path, sent | {"document_ids": [second]})
    problem(other, 409, "conflict")


def test_a_question_without_files_costs_what_it_did(talk: Talk, database: Database) -> None:
    talk.ask()
    with statements(database) as said:
        talk.ask()
    assert not [each for each in said if "attachments" in each]
