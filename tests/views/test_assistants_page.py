"""The pages of assistants, and chats that begin with one, without scripts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chatapp.chat.ready_made import READY_MADE
from chatapp.chat.services import Services
from chatapp.models import Assistant, Conversation, Database
from tests.conftest import Api
from tests.support.callers import Caller, People
from tests.support.instant import Instant
from tests.support.replies import value
from tests.support.rows import count_rows
from tests.support.shelf import add_assistant, add_document, stored

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = "/assistants"
FILLED = {
    "name": "Ada",
    "letter": "",
    "colour": "violet",
    "description": "Counts.",
    "instructions": "Be exact.\r\nBe kind.\r\n",
    "model": "",
    "temperature": "0,5",
    "opening_questions": "What is a number?\r\n\r\n  Why?  \r\n",
    "use_documents": "1",
}


@pytest.fixture
def model() -> Instant:
    return Instant()


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_MODELS": "m0,m1"}


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def people(app: Flask) -> People:
    return People(app)


class Browser:
    """Somebody's browser."""

    def __init__(self, caller: Caller) -> None:
        self._client: FlaskClient = caller.client
        self._headers = dict(caller.headers)

    def see(self, path: str, status: int = 200) -> str:
        """A page's text."""
        response = self._client.get(path)
        assert response.status_code == status, response.text
        return unescape(response.text)

    def send(self, path: str, status: int = 303, /, **fields: object) -> str:
        """Sends a form; where it leads to, or the page again."""
        response = self._client.post(path, data=fields, headers=self._headers)
        assert response.status_code == status, response.text
        return response.location or unescape(response.text)


@pytest.fixture
def ann(people: People) -> Browser:
    return Browser(people.caller("owner"))


@pytest.fixture
def guest(people: People) -> Browser:
    return Browser(people.caller("guest"))


def made(database: Database) -> Assistant:
    """The only one that is stored."""
    wanted = Assistant.__table__.select()
    return database.read(lambda connection: connection.execute(wanted).one())  # type: ignore[return-value]


class TestList:
    """GET /assistants"""

    def test_own_shared_and_ready_made_ones_are_shown(
        self, ann: Browser, people: People, database: Database, api: Api
    ) -> None:
        add_assistant(database, people.owner, name="My own", description="For me.")
        add_assistant(database, api.user_id, name="For all", shared=True)
        add_assistant(database, api.user_id, name="Private")
        page = ann.see(PAGE)
        for shown in ("My own", "For me.", "For all", "Handbook helper", "Shared with everybody"):
            assert shown in page
        assert "Private" not in page
        assert page.count("/edit") == 1
        assert page.count("from=") == 2 + len(READY_MADE)

    def test_a_guest_can_use_them_and_make_none(self, guest: Browser) -> None:
        page = guest.see(PAGE)
        assert page.count("/?assistant=") == len(READY_MADE)
        assert "from=" not in page
        guest.see(f"{PAGE}/new", 403)
        guest.send(PAGE, 403, **FILLED)

    def test_what_is_long_is_cut_into_pages(
        self, ann: Browser, people: People, database: Database
    ) -> None:
        for number in range(61):
            add_assistant(database, people.owner, name=f"Number {number}.")
        first = ann.see(PAGE)
        (more,) = re.findall(r'"(/assistants\?after=[^"]+)"', first)
        second = ann.see(more)
        assert "Number 60." in first
        assert "Number 0." in second
        assert "Number 0." not in first
        assert "Handbook helper" in second

    def test_words_of_others_are_only_words(
        self, ann: Browser, database: Database, api: Api
    ) -> None:
        bad = '"><script>alert(1)</script>'
        add_assistant(database, api.user_id, shared=True, name=bad, description=bad, letter="<")
        for path in (PAGE, "/"):
            response = ann._client.get(path)
            assert "<script>alert" not in response.text


class TestForm:
    """The form of one of the person's own."""

    def test_it_is_kept_as_it_was_filled_in(self, ann: Browser, database: Database) -> None:
        assert ann.send(PAGE, **FILLED) == PAGE
        one = made(database)
        assert (one.name, one.letter, one.colour, one.description) == (
            *("Ada", "A", "violet"),
            "Counts.",
        )
        assert (one.instructions, one.temperature, one.model) == ("Be exact.\nBe kind.", 0.5, None)
        assert one.opening_questions == ["What is a number?", "Why?"]
        assert (one.use_documents, one.shared, one.document_ids) == (True, False, [])

    def test_it_shows_what_was_kept_and_changes_it(
        self, ann: Browser, database: Database, people: People
    ) -> None:
        mine = add_document(database, people.owner, title="Holiday rules")
        ann.send(PAGE, **FILLED, document_ids=mine)
        path = f"{PAGE}/{made(database).id}/edit"
        page = ann.see(path)
        for shown in ('value="Ada"', "Be exact.\nBe kind.", 'value="0.5"', "Holiday rules"):
            assert shown in page
        assert f'value="{mine}" checked' in page
        assert ann.send(path, name="Eve", letter="🙂", colour="rose", shared="1") == PAGE
        one = made(database)
        assert (one.name, one.letter, one.colour, one.shared) == ("Eve", "🙂", "rose", True)
        assert (one.description, one.use_documents, one.document_ids) == ("", False, [])

    def test_what_cannot_be_kept_is_shown_again_with_the_reason(
        self, ann: Browser, database: Database
    ) -> None:
        for status, wrong, words in (
            (422, {"name": " "}, "name: must not be blank."),
            (422, {"temperature": "hot"}, "temperature: "),
            (422, {"colour": "red"}, "colour: "),
            (422, {"model": "mine"}, "'mine' is not offered"),
            (422, {"opening_questions": "a\n" * 7}, "opening_questions: "),
            (422, {"document_ids": "unknown"}, "document_ids: there is no such document."),
            (413, {"instructions": "x" * 32_001}, "instructions: at most 32,000 characters"),
        ):
            page = ann.send(PAGE, status, **(FILLED | wrong))
            assert words in page
            assert 'value="Counts."' in page
        assert count_rows(database, Assistant) == [0]

    def test_a_copy_begins_as_the_other_and_private(
        self, ann: Browser, people: People, database: Database, api: Api
    ) -> None:
        id = add_assistant(database, api.user_id, name="Ada", instructions="Be exact.", shared=True)
        page = ann.see(f"{PAGE}/new?from={id}")
        assert 'value="Ada (copy)"' in page
        assert "Be exact." in page
        assert 'name="shared" value="1" checked' not in page
        assert READY_MADE["coach"].instructions in ann.see(f"{PAGE}/new?from=coach")
        ann.see(f"{PAGE}/new?from=unknown", 404)

    def test_documents_are_found_without_losing_what_was_filled_in(
        self, ann: Browser, people: People, database: Database
    ) -> None:
        chosen = add_document(database, people.owner, title="Chosen one")
        for number in range(101):
            add_document(database, people.owner, title=f"Rule {number}.")
        assert "There are more" in ann.see(f"{PAGE}/new")
        sent = FILLED | {"document_ids": chosen, "query": "rule 7"}
        for button in ({"find": "1"}, {"entered": "1", "queried": ""}):
            page = ann.send(PAGE, 200, **(sent | button))
            assert f'value="{chosen}" checked' in page
            assert 'value="Counts."' in page
            assert "Rule 77." in page
            assert "Rule 8." not in page
        assert ann.send(PAGE, **(sent | {"entered": "1", "queried": "rule 7"})) == PAGE
        assert made(database).document_ids == [chosen]

    def test_of_others_and_ready_made_ones_there_is_none(
        self, ann: Browser, database: Database, api: Api
    ) -> None:
        private = add_assistant(database, api.user_id)
        shared = add_assistant(database, api.user_id, shared=True)
        for id, status in ((private, 404), (shared, 403), ("coach", 403), ("unknown", 404)):
            ann.see(f"{PAGE}/{id}/edit", status)
            ann.send(f"{PAGE}/{id}/edit", status, **FILLED)
            ann.send(f"{PAGE}/{id}/delete", status)

    def test_deleted_it_is_gone(self, ann: Browser, people: People, database: Database) -> None:
        id = add_assistant(database, people.owner)
        assert ann.send(f"{PAGE}/{id}/delete") == PAGE
        assert count_rows(database, Assistant) == [0]


class TestChat:
    """Chats that begin with an assistant."""

    def test_a_new_chat_shows_who_will_answer_and_what_to_ask(self, ann: Browser) -> None:
        page = ann.see("/?assistant=coach")
        coach = READY_MADE["coach"]
        assert f">{coach.name}</h2>" in page
        for shown in (coach.description, *coach.opening_questions):
            assert shown in page
        hidden = '<input type="hidden" name="assistant_id" value="coach">'
        assert page.count(hidden) == 1 + len(coach.opening_questions)
        assert "assistant_id" not in ann.see("/")

    def test_nobody_is_offered_them_too(self, app: Flask) -> None:
        page = app.test_client().get("/").text
        assert page.count("/?assistant=") == len(READY_MADE)

    def test_one_that_may_not_be_used_is_not_found(
        self, ann: Browser, database: Database, api: Api
    ) -> None:
        private = add_assistant(database, api.user_id)
        for id in (private, "unknown", "%00"):
            ann.see(f"/?assistant={id}", 404)
        page = ann.send("/", 422, content="Why?", assistant_id=private)
        assert "assistant_id: there is no such assistant." in page
        assert count_rows(database, Conversation) == [0]

    def test_the_first_question_begins_a_chat_with_it(
        self, ann: Browser, database: Database
    ) -> None:
        location = ann.send("/", content="Why?", assistant_id="coach", model="")
        id = location.partition("/c/")[2].partition("?")[0]
        row = stored(database, id)
        assert (row.assistant_id, row.model, row.instructions) == ("coach", None, None)
        assert "Dating coach" in ann.see(f"/c/{id}")
        again = ann.send(f"/c/{id}", content="And?", assistant_id="editor")
        assert again.startswith(f"/c/{id}?")
        assert stored(database, id).assistant_id == "coach"

    def test_a_nobody_begins_one_too(self, app: Flask, database: Database) -> None:
        client = app.test_client()
        form = {"content": "Why?", "assistant_id": "handbook"}
        location = client.post("/", data=form).location
        assert "Handbook helper" in client.get(location.partition("?")[0]).text

    def test_the_model_is_the_assistants_until_another_is_chosen(
        self, ann: Browser, people: People, database: Database
    ) -> None:
        id = add_assistant(database, people.owner, model="m1")
        page = ann.see(f"/?assistant={id}")
        assert re.findall(r"<option ([^>]*)>(\w+)</option>", page) == [
            ('value=""', "m1"),
            ("", "m0"),
        ]

    def test_without_an_assistant_the_page_is_as_it_was(self, ann: Browser) -> None:
        page = ann.see("/")
        assert "What would you like to know?" in page
        assert "bar__assistant" not in page


class TestDocuments:
    """Which documents a conversation may rest on."""

    def test_they_are_chosen_for_a_conversation(
        self, ann: Browser, people: People, database: Database
    ) -> None:
        one, two = (add_document(database, people.owner, title=title) for title in ("One", "Two"))
        id = people.belongings()["conversation"]
        assert "All documents" in ann.see(f"/c/{id}")
        assert "None ticked: all that you may read." in ann.see(f"/c/{id}/documents")
        assert ann.send(f"/c/{id}/documents", document_ids=[two, one]) == f"/c/{id}"
        assert stored(database, id).document_ids == [two, one]
        assert "2 documents" in ann.see(f"/c/{id}")
        assert ann.see(f"/c/{id}/documents").count("checked") == 2
        ann.send(f"/c/{id}/documents")
        assert stored(database, id).document_ids == []

    def test_they_are_chosen_before_a_chat_begins(
        self, ann: Browser, people: People, database: Database
    ) -> None:
        mine = add_document(database, people.owner, title="One")
        assert 'href="/choose-documents?assistant=coach"' in ann.see("/?assistant=coach")
        choice = ann.see("/choose-documents?assistant=coach")
        assert "None ticked: what the assistant says." in choice
        location = ann.send("/choose-documents", document_ids=mine, assistant_id="coach")
        row = stored(database, location.partition("/c/")[2])
        assert (row.document_ids, row.assistant_id, row.title) == ([mine], "coach", "")
        page = ann.see(location)
        assert READY_MADE["coach"].opening_questions[0] in page
        assert page.count(f'action="{location}"') == 1 + 3
        ann.see("/choose-documents?assistant=unknown", 404)
        ann.send("/choose-documents", 404, assistant_id="unknown")

    def test_documents_of_others_are_refused(
        self, ann: Browser, people: People, database: Database, api: Api
    ) -> None:
        id = people.belongings()["conversation"]
        theirs = add_document(database, api.user_id, title="Secret title")
        add_document(database, api.user_id, title="Public title", shared=True)
        page = ann.see(f"/c/{id}/documents")
        assert "Public title" in page
        assert "Secret title" not in page
        for path in (f"/c/{id}/documents", "/choose-documents"):
            page = ann.send(path, 422, document_ids=theirs)
            assert "there is no such document" in page
            assert "Secret title" not in page
        assert stored(database, id).document_ids == []

    def test_a_search_keeps_what_is_ticked(
        self, ann: Browser, people: People, database: Database
    ) -> None:
        id = people.belongings()["conversation"]
        chosen = add_document(database, people.owner, title="Chosen one")
        add_document(database, people.owner, title="Other")
        for path in (f"/c/{id}/documents", "/choose-documents"):
            page = ann.send(path, 200, document_ids=chosen, query="nothing like it", find="1")
            assert f'value="{chosen}" checked' in page
            assert "Other" not in page
        assert stored(database, id).document_ids == []

    def test_an_assistant_that_uses_none_says_so(self, ann: Browser) -> None:
        assert "No documents" in ann.see("/?assistant=coach")
        assert "All documents" in ann.see("/?assistant=handbook")


def test_the_api_shows_what_the_form_made(app: Flask, people: People, database: Database) -> None:
    Browser(people.caller("owner")).send(PAGE, **FILLED)
    caller = people.caller("whole_token")
    shown = value(caller.client.get(f"/api/assistants/{made(database).id}", headers=caller.headers))
    assert (shown["name"], shown["mine"]) == ("Ada", True)
