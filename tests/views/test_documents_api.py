"""The native API: documents, from their bytes to passages that are found."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.knowledge import adding
from chatapp.knowledge.adding import Upload
from chatapp.knowledge.documents import Patron
from chatapp.models import Document, DocumentFile
from chatapp.views import limits
from tests.conftest import Api
from tests.support.browsing import Browsing, signed_in
from tests.support.listening import Listening
from tests.support.multipart import form
from tests.support.patience import until
from tests.support.replies import items, problem, value
from tests.support.rows import count_documents
from tests.support.together import together

DOCUMENTS = "/api/documents"
LEAVE = "# Sick leave\n\nWho falls ill tells the office on the first day.\n"
MEMBERS = ["id", "name", "title", "media_type", "size", "state", "error", "shared", "created_at"]


@pytest.fixture(autouse=True)
def no_library(services: Services) -> None:
    """The library about chatapp is left out: what is counted and found is what people add."""
    services.database.write(lambda connection: connection.execute(delete(Document)))


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_MAX_UPLOAD_MB": "1"}


@pytest.fixture
def guest(app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, None)


def upload(api: Api, *files: tuple[str, str | bytes], **fields: str) -> TestResponse:
    return api.call("POST", DOCUMENTS, **form(*files, **fields))


def add(api: Api, title: str = "Leave", content: str = LEAVE, **fields: object) -> dict[str, Any]:
    """A new text."""
    added = value(api.post(DOCUMENTS, {"title": title, "content": content, **fields}), 202)
    assert list(added) == MEMBERS
    return dict(added)


def wait(api: Api, id: str, state: str = "ready") -> dict[str, Any]:
    """The document, once it is in this state."""
    until(lambda: value(api.get(f"{DOCUMENTS}/{id}"))["state"] not in ("queued", "indexing"))
    found = value(api.get(f"{DOCUMENTS}/{id}"))
    assert found["state"] == state, found["error"]
    return dict(found)


def find(api: Api, query: str, **options: object) -> list[dict[str, Any]]:
    return items(api.get("/api/passages", query_string={"query": query, **options}))


def test_a_text_is_read_and_found(api: Api) -> None:
    added = add(api)
    assert (added["name"], added["title"], added["size"]) == ("Leave.md", "Leave", len(LEAVE))
    assert (added["shared"], added["error"]) == (False, None)
    read = wait(api, added["id"])
    assert (read["title"], read["media_type"]) == ("Leave", "text/markdown")
    (found,) = find(api, "Whom do I tell when I fall ill?")
    assert (found["document_id"], found["document_name"]) == (added["id"], "Leave.md")
    assert "tells the office on the first day" in found["content"]
    assert 0 < found["score"] <= 1


def test_files_are_read_and_their_titles_found(api: Api) -> None:
    added = upload(api, ("hr/leave.md", LEAVE), ("notes.txt", "Bring your own cup."))
    page = value(added, 202)
    assert page["next"] is None
    assert [each["name"] for each in page["items"]] == ["hr/leave.md", "notes.txt"]
    first, second = (wait(api, each["id"]) for each in page["items"])
    assert (first["title"], first["media_type"]) == ("Sick leave", "text/markdown")
    assert (second["title"], second["media_type"]) == ("notes", "text/plain")
    listed = items(api.get(DOCUMENTS))
    assert listed == [second, first]


def test_the_same_bytes_are_one_document(api: Api, other: Api) -> None:
    first = value(upload(api, ("a.md", LEAVE)), 202)["items"][0]
    read = wait(api, first["id"])
    again = upload(api, ("b.md", LEAVE))
    assert value(again, 200)["items"] == [read]
    assert value(api.post(DOCUMENTS, {"title": "Other", "content": LEAVE}), 200) == read
    some = value(upload(api, ("b.md", LEAVE), ("c.md", "More.")), 202)["items"]
    assert [each["id"] == first["id"] for each in some] == [True, False]
    assert value(upload(other, ("a.md", LEAVE)), 202)["items"][0]["id"] != first["id"]


def test_the_same_file_at_once_is_one_document(api: Api, services: Services) -> None:
    def send(_: int) -> tuple[int, str]:
        own = Api(api.client.application.test_client(), api.headers, api.user_id)
        response = upload(own, ("a.md", LEAVE))
        assert response.json
        return response.status_code, response.json["items"][0]["id"]

    sent = together(5, send)
    assert sorted(status for status, _ in sent) == [200] * 4 + [202]
    assert len({id for _, id in sent}) == 1
    assert count_documents(services.database, DocumentFile) == [1, 1]


def test_what_cannot_be_read_says_why_and_is_tried_again(api: Api) -> None:
    (empty,) = value(upload(api, ("a.md", b"")), 202)["items"]
    assert wait(api, empty["id"], "failed")["error"] == "This file is empty."
    (again,) = value(upload(api, ("a.md", b"")), 200)["items"]
    assert again["id"] == empty["id"]
    assert wait(api, again["id"], "failed")["error"] == "This file is empty."


@pytest.mark.usefixtures("still")
def test_a_document_is_changed(api: Api) -> None:
    id = add(api)["id"]
    changed = value(api.call("PATCH", f"{DOCUMENTS}/{id}", json={"title": " Sick  leave "}))
    assert (changed["title"], changed["shared"]) == ("Sick leave", False)
    changed = value(api.call("PATCH", f"{DOCUMENTS}/{id}", json={"shared": True, "title": None}))
    assert (changed["title"], changed["shared"]) == ("Sick leave", True)
    assert value(api.get(f"{DOCUMENTS}/{id}")) == changed
    assert value(api.call("PATCH", f"{DOCUMENTS}/{id}", json={})) == changed


def test_no_title_turns_the_text_around_it(api: Api) -> None:
    """Such as U+202E, by which `gnp.exe` reads like a picture."""
    chosen = add(api, "Cats\u202egnp", "Cats sleep.")
    assert chosen["title"] == "Cats gnp"
    found = value(upload(api, ("a.md", "# Dogs\u202egnp\n\nDogs bark.".encode())), 202)["items"][0]
    assert wait(api, found["id"])["title"] == "Dogs gnp"
    unseen = api.post(DOCUMENTS, {"title": "\u202e", "content": "Cats purr."})
    problem(unseen, 422, "invalid_value")


def test_a_document_is_found_by_its_new_title(api: Api) -> None:
    id = add(api, "Leave", "Thirty days.")["id"]
    wait(api, id)
    assert find(api, "Sabbatical") == []
    api.call("PATCH", f"{DOCUMENTS}/{id}", json={"title": "Sabbatical"})
    assert [each["title"] for each in find(api, "Sabbatical")] == ["Sabbatical"]


def test_a_deleted_document_is_found_no_more(api: Api, services: Services) -> None:
    id = add(api)["id"]
    wait(api, id)
    assert api.call("DELETE", f"{DOCUMENTS}/{id}").status_code == 204
    problem(api.call("DELETE", f"{DOCUMENTS}/{id}"), 404, "not_found")
    assert find(api, "Who falls ill?") == []
    assert count_documents(services.database, DocumentFile) == [0, 0]


@pytest.mark.usefixtures("still")
def test_what_is_anothers_is_not_there(api: Api, other: Api) -> None:
    id = add(api)["id"]
    assert items(other.get(DOCUMENTS)) == []
    for method, body in (("GET", None), ("PATCH", {"title": "Mine"}), ("DELETE", None)):
        for id_ in (id, "nothing", "%00"):
            problem(other.call(method, f"{DOCUMENTS}/{id_}", json=body), 404, "not_found")


def test_what_is_shared_is_found_by_all_and_stays_its_owners(api: Api, other: Api) -> None:
    id = add(api, shared=True)["id"]
    wait(api, id)
    assert [each["id"] for each in items(other.get(DOCUMENTS))] == [id]
    assert [each["document_id"] for each in find(other, "Who falls ill?")] == [id]
    path = f"{DOCUMENTS}/{id}"
    problem(other.call("PATCH", path, json={"title": "Mine"}), 403, "forbidden")
    problem(other.call("DELETE", path), 403, "forbidden")
    value(api.call("PATCH", path, json={"shared": False}))
    assert items(other.get(DOCUMENTS)) == find(other, "Who falls ill?") == []


@pytest.mark.usefixtures("still")
def test_an_administrator_withdraws_in_a_browser_and_by_no_token(
    app: Flask, services: Services, api: Api
) -> None:
    ids = [add(api, content=str(number), shared=True)["id"] for number in range(2)]
    admin = signed_in(app, services, "eve@example.org", admin=True)
    assert value(admin.call("PATCH", f"{DOCUMENTS}/{ids[0]}", {"shared": False}))["shared"] is False
    problem(admin.get(f"{DOCUMENTS}/{ids[0]}"), 404, "not_found")
    problem(admin.call("PATCH", f"{DOCUMENTS}/{ids[1]}", {"title": "Mine"}), 403, "forbidden")
    assert admin.call("DELETE", f"{DOCUMENTS}/{ids[1]}").status_code == 204
    assert [each["id"] for each in items(api.get(DOCUMENTS))] == [ids[0]]


def test_the_library_about_chatapp_is_found_where_nothing_else_is(
    api: Api, services: Services
) -> None:
    page = Upload("zebras.md", b"# Zebras\n\nZebras graze at dawn.\n")
    adding.add(services.database, Patron(None), page)
    services.ingest.wake()
    question = "When do zebras graze?"
    until(lambda: [each["document_name"] for each in find(api, question)] == ["zebras.md"])
    assert items(api.get(DOCUMENTS)) == []
    own = add(api, "Zoo", "Our zebras graze at noon.")
    wait(api, own["id"])
    assert [each["document_id"] for each in find(api, question)] == [own["id"]]


def test_each_document_is_found_once_and_as_many_as_are_wanted(api: Api) -> None:
    for number in range(3):
        words = f"# Cats\n\nCats sleep.\n\n# More cats\n\nCats purr {number}.\n"
        wait(api, add(api, f"Cats {number}", words)["id"])
    assert len({each["document_id"] for each in find(api, "Do cats purr?")}) == 3
    assert len(find(api, "Do cats purr?", limit=2)) == 2


@pytest.mark.parametrize("query", ["", " ", '"', "a" * 8000, "AND OR NOT *", "\0", "日本", "%_"])
def test_any_text_is_a_query(api: Api, query: str) -> None:
    assert isinstance(find(api, query), list)


def test_a_query_that_cannot_be_is_refused(api: Api) -> None:
    for query in (
        {},
        {"query": "a", "limit": "0"},
        {"query": "a", "limit": "51"},
    ):
        problem(api.get("/api/passages", query_string=query), 400, "invalid_request")


@pytest.mark.usefixtures("still")
def test_the_list_comes_in_pieces_and_is_searched(api: Api) -> None:
    for number in range(5):
        add(api, f"Text {number}", f"{number}")
    page = value(api.get(f"{DOCUMENTS}?limit=2"))
    titles = [each["title"] for each in page["items"]]
    while page["next"]:
        page = value(api.get(DOCUMENTS, query_string={"limit": 2, "after": page["next"]}))
        titles += [each["title"] for each in page["items"]]
    assert titles == [f"Text {number}" for number in (4, 3, 2, 1, 0)]
    assert [each["title"] for each in items(api.get(f"{DOCUMENTS}?query=text+3"))] == ["Text 3"]
    problem(api.get(f"{DOCUMENTS}?after=x"), 400, "invalid_request")


def test_what_becomes_of_a_document_is_told(api: Api) -> None:
    feed = Listening(api, limit=6)
    id = add(api)["id"]
    wait(api, id)
    api.call("DELETE", f"{DOCUMENTS}/{id}")
    told = {"type": "document.updated", "document_id": id}
    states = ("queued", "indexing", "ready", "deleted")
    assert feed.rest() == [told | {"state": state} for state in states]


@pytest.mark.usefixtures("still")
class TestRefusals:
    """What is not taken leaves nothing behind."""

    @pytest.fixture(autouse=True)
    def nothing(self, services: Services) -> Any:
        yield
        assert count_documents(services.database) == [0]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"title": "a"},
            {"content": "a"},
            {"title": " ", "content": "a"},
            {"title": "a", "content": " \n"},
            {"title": "a", "content": "a\0b"},
            {"title": "a", "content": "\ud800"},
            {"title": "x" * 201, "content": "a"},
            {"title": "a", "content": 1},
            {"title": "a", "content": "a", "shared": "yes"},
            {"title": "..", "content": "a", "shared": 1},
        ],
    )
    def test_wrong_values(self, api: Api, body: dict[str, object]) -> None:
        raw = json.dumps(body)
        sent = api.call("POST", DOCUMENTS, data=raw, content_type="application/json")
        problem(sent, 422, "invalid_value")

    def test_no_json_and_other_kinds(self, api: Api) -> None:
        for kind, body, status in (
            ("application/json", b"{", 400),
            ("text/markdown", b"# a", 415),
            ("application/x-www-form-urlencoded", b"files=a", 415),
            ("", b"", 415),
        ):
            sent = api.call("POST", DOCUMENTS, data=body, content_type=kind)
            code = {400: "invalid_request", 415: "unsupported_media_type"}[status]
            problem(sent, status, code)

    @pytest.mark.parametrize(
        "files", [(), (("..", "a"),), (("x" * 501, "a"),), (("a.md", "a"), ("\0", "b"))]
    )
    def test_forms_without_a_file_that_can_be(self, api: Api, files: Any) -> None:
        problem(upload(api, *files), 422, "invalid_value")

    def test_broken_forms(self, api: Api) -> None:
        for kind in ("multipart/form-data", "multipart/form-data; boundary=b"):
            for body in (b"", b"--b\r\n", b"x" * 100, b"--b\r\nContent-Disposition: x\r\n\r\na"):
                sent = api.call("POST", DOCUMENTS, data=body, content_type=kind)
                assert sent.status_code in (400, 422), (kind, body, sent.text)

    def test_what_is_too_large(self, api: Api) -> None:
        mb = 1024 * 1024
        words = problem(upload(api, ("a.md", b"x" * (mb + 1))), 413, "too_large")
        assert words == "a.md: a file may have 1 MB, this one has 1.0."
        words = problem(upload(api, ("a.md", b"x" * (2 * mb + 1))), 413, "too_large")
        assert words == "A request may bring 1 MB. Send smaller files, or fewer at once."
        problem(api.post(DOCUMENTS, {"title": "a", "content": "é" * mb}), 413, "too_large")

    def test_guests_share_nothing(self, guest: Browsing) -> None:
        body = {"title": "a", "content": "a", "shared": True}
        problem(guest.call("POST", DOCUMENTS, body), 403, "forbidden")

    def test_nobody_adds_anything(self, app: Flask) -> None:
        sent = app.test_client().post(DOCUMENTS, json={"title": "a", "content": "a"})
        problem(sent, 401, "unauthenticated")


@pytest.mark.usefixtures("still")
def test_the_largest_file_is_taken(api: Api) -> None:
    added = value(upload(api, ("a.txt", b"x" * 1024 * 1024)), 202)["items"]
    assert added[0]["size"] == 1024 * 1024


@pytest.mark.usefixtures("still")
def test_a_guest_keeps_so_many(guest: Browsing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "GUESTS_DOCUMENTS", 1)
    value(guest.call("POST", DOCUMENTS, {"title": "a", "content": "a"}), 202)
    refused = guest.call("POST", DOCUMENTS, {"title": "b", "content": "b"})
    assert "Sign up" in problem(refused, 403, "too_many_documents")


@pytest.mark.usefixtures("still")
def test_uploads_are_counted(
    api: Api, other: Api, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    monkeypatch.setitem(limits.LIMITS, "upload", "2/hour")
    statuses = [upload(api, (f"{number}.md", str(number))).status_code for number in range(3)]
    assert statuses == [202, 202, 429]
    assert upload(other, ("a.md", "a")).status_code == 202


def test_what_waits_is_taken_up_by_whoever_asks_next(api: Api, services: Services) -> None:
    """As in a development server, which looks after nothing before somebody comes."""
    adding.add(services.database, Patron(api.user_id), Upload("a.md", LEAVE.encode()))
    (waiting,) = items(api.get(DOCUMENTS))
    wait(api, waiting["id"])
