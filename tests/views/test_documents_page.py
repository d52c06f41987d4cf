"""The pages of documents: what they show to whom, and how the files are handed out."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from chatapp.chat import document_pages
from chatapp.chat.services import Services
from chatapp.knowledge.adding import Upload, add
from chatapp.knowledge.documents import Patron
from chatapp.models import Document, Passage
from tests.support.browsing import Browsing, signed_in
from tests.support.multipart import form

DOCUMENTS = "/documents"
HOSTILE = "# <img src=x onerror=alert(1)>\n\n<script>alert(1)</script> [a](javascript:alert(1))\n"


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_MAX_UPLOAD_MB": "1"}


@pytest.fixture
def ann(still: None, app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "ann@example.org")


@pytest.fixture
def bob(still: None, app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "bob@example.org")


def put(services: Services, who: Browsing, words: str, name: str = "a.md", **more: bool) -> str:
    """A document that was read; its id."""
    upload = Upload(name, words.encode(), **more)  # type: ignore[arg-type]
    id = add(services.database, Patron(who.user_id), upload).id
    assert services.ingest.take_one(only=id)
    return id


def send(who: Browsing, *files: tuple[str, str | bytes], **fields: str) -> TestResponse:
    return who.client.post(DOCUMENTS, **form(*files, csrf_token=who.token, **fields))


def passages(services: Services, id: str) -> list[int]:
    wanted = select(Passage.id).where(Passage.document_id == id).order_by(Passage.position)
    return list(services.database.read(lambda c: c.scalars(wanted).all()))


def added(services: Services) -> list[tuple[str, bool]]:
    """What people have added: the names, and whether they are shared."""
    wanted = select(Document.name, Document.shared).where(Document.user_id.is_not(None))
    rows = services.database.read(lambda c: c.execute(wanted.order_by(Document.name)).all())
    return [(row.name, row.shared) for row in rows]


def test_the_form_adds_files(ann: Browsing, services: Services) -> None:
    sent = send(ann, ("a.md", "One."), ("b.md", "Two."), shared="1")
    assert (sent.status_code, sent.location) == (303, "/documents?added=2&known=0")
    assert "2 files added." in ann.get(sent.location).text
    again = send(ann, ("c.md", "One."), ("d.md", "Three."))
    assert again.location == "/documents?added=1&known=1"
    assert "1 file added. 1 file known before." in ann.get(again.location).text
    assert added(services) == [("a.md", True), ("b.md", True), ("d.md", False)]


def test_what_cannot_be_added_is_said_on_the_page(ann: Browsing, services: Services) -> None:
    for files, status, words in (
        ((), 422, "Choose at least one file"),
        ((("a.md", b"x" * (1024 * 1024 + 1)),), 413, "a file may have 1 MB"),
        ((("..", "x"), ("b.md", "x")), 422, "The file has no name."),
    ):
        sent = send(ann, *files)
        assert (sent.status_code, sent.mimetype) == (status, "text/html")
        assert words in sent.text
    assert added(services) == []


def test_a_form_of_another_site_adds_nothing(ann: Browsing, services: Services) -> None:
    assert ann.client.post(DOCUMENTS, **form(("a.md", "One."))).status_code == 403
    assert added(services) == []


def test_the_list_shows_what_the_person_may_read(
    ann: Browsing, bob: Browsing, services: Services
) -> None:
    put(services, ann, "# Private", "a.md")
    put(services, ann, "# Common", "b.md", shared=True)
    mine, theirs = ann.get(DOCUMENTS).text, bob.get(DOCUMENTS).text
    assert mine.count('data-state="ready"') == mine.count("Change …") == 2
    assert ("Private" in theirs, "Common" in theirs) == (False, True)
    assert "shared by ann@example.org" in theirs
    assert "Change …" not in theirs
    rows = ann.get(f"{DOCUMENTS}/rows").text
    assert rows.strip().startswith("<div")
    assert "Private" in rows


def test_a_long_list_has_more_pages(
    ann: Browsing, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatapp.views.documents_page.AT_ONCE", 2)
    for number in range(3):
        put(services, ann, f"Text {number}.", f"{number}.txt")
    first = ann.get(DOCUMENTS).text
    older = re.search(r'href="(/documents\?after=[^"]+)"', first)
    assert older
    assert ("2.txt" in first, "0.txt" in first) == (True, False)
    assert "0.txt" in ann.get(older[1]).text


def test_a_document_is_shared_and_deleted_by_its_owner(
    ann: Browsing, bob: Browsing, services: Services
) -> None:
    id = put(services, ann, "Words.")
    assert bob.post(f"{DOCUMENTS}/{id}/share", shared="1").status_code == 404
    assert ann.post(f"{DOCUMENTS}/{id}/share", shared="1").location == DOCUMENTS
    assert bob.get(f"{DOCUMENTS}/{id}").status_code == 200
    assert bob.post(f"{DOCUMENTS}/{id}/delete").status_code == 403
    assert ann.post(f"{DOCUMENTS}/{id}/delete").location == DOCUMENTS
    assert ann.get(f"{DOCUMENTS}/{id}").status_code == 404


def test_a_search_leads_to_the_passage(ann: Browsing, bob: Browsing, services: Services) -> None:
    id = put(services, ann, "# Leave\n\nWho falls ill tells the office.\n")
    (passage,) = passages(services, id)
    found = ann.get(f"{DOCUMENTS}?q=Who+falls+ill%3F").text
    assert f'href="/documents/{id}?passage={passage}"' in found
    assert "Nothing in any document" in bob.get(f"{DOCUMENTS}?q=Who+falls+ill%3F").text
    page = ann.get(f"{DOCUMENTS}/{id}?passage={passage}").text
    assert page.count('class="passage passage--cited"') == 1
    assert f'id="passage-{passage}"' in page
    assert "autofocus" in page


def test_every_word_of_a_long_document_stands_on_one_of_its_pages(
    ann: Browsing, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_pages, "PASSAGES_AT_ONCE", 3)
    chapters = [f"## Chapter {n}\n\n{f'Word{n} and more. ' * 70}" for n in range(10)]
    id = put(services, ann, "\n\n".join(chapters))
    first = ann.get(f"{DOCUMENTS}/{id}").text
    count = int(re.findall(r"Page 1 of (\d+)", first)[0])
    pages = [ann.get(f"{DOCUMENTS}/{id}?page={n}").text for n in range(1, count + 1)]
    for number in range(10):
        assert sum(page.count(f"Word{number} and") for page in pages) == 70
        assert sum(page.count(f">Chapter {number}<") for page in pages) == 1
    for place, passage in enumerate(passages(services, id)):
        assert f"Page {place // 3 + 1} of" in ann.get(f"{DOCUMENTS}/{id}?passage={passage}").text


@pytest.mark.parametrize("query", ["passage=0", "passage=x", "page=0", "page=99", "page=x"])
def test_a_place_that_is_not_there_is_the_nearest(
    ann: Browsing, services: Services, query: str
) -> None:
    id = put(services, ann, "Words.")
    page = ann.get(f"{DOCUMENTS}/{id}?{query}")
    assert page.status_code == 200
    assert "passage--cited" not in page.text
    assert "Words." in page.text


def test_what_is_not_read_yet_says_so(ann: Browsing, services: Services) -> None:
    upload = Upload("a.md", b"Words.")
    id = add(services.database, Patron(ann.user_id), upload).id
    assert "is being read" in ann.get(f"{DOCUMENTS}/{id}").text
    failed = put(services, ann, "")
    assert "This file is empty." in ann.get(f"{DOCUMENTS}/{failed}").text


def test_hostile_words_are_words(ann: Browsing, services: Services) -> None:
    id = put(services, ann, HOSTILE, 'a"><script>.md')
    for path in (DOCUMENTS, f"{DOCUMENTS}/{id}", f"{DOCUMENTS}?q=alert"):
        text = ann.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert 'href="javascript:' not in text


def test_a_file_is_handed_out_to_be_kept(ann: Browsing, bob: Browsing, services: Services) -> None:
    id = put(services, ann, "<script>alert(1)</script> Words.", 'hr/Über "uns".html')
    response = ann.get(f"{DOCUMENTS}/{id}/file")
    assert response.data == b"<script>alert(1)</script> Words."
    assert response.mimetype == "application/octet-stream"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert "filename*=UTF-8''%C3%9Cber%20%22uns%22.html" in disposition
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in response.headers["Cache-Control"]
    assert bob.get(f"{DOCUMENTS}/{id}/file").status_code == 404


def test_the_chats_page_loads_nothing_of_this_one(ann: Browsing) -> None:
    assert "pages/documents" not in ann.get("/").text
    assert ann.get(DOCUMENTS).text.count("pages/documents") == 2


@pytest.mark.usefixtures("still")
def test_who_comes_for_the_first_time_becomes_a_guest_by_adding(app: Flask) -> None:
    client = app.test_client()
    page = client.get(DOCUMENTS)
    assert (page.status_code, "no documents yet" in page.text) == (200, True)
    assert client.post(DOCUMENTS, **form(("tea.md", "# Tea\n"))).status_code == 303
    assert "tea.md" in client.get(DOCUMENTS).text
    assert client.get("/assistants").status_code == 200


class TestWithoutGuests:
    """A chat that only people with an account may use."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_GUESTS": "0"}

    def test_newcomers_are_asked_who_they_are(self, app: Flask) -> None:
        client = app.test_client()
        assert client.get(DOCUMENTS).status_code == 401
        assert client.post(DOCUMENTS, **form(("tea.md", "# Tea\n"))).status_code == 401
        assert client.get("/assistants").status_code == 401
