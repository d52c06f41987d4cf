"""Files with a question: in its own form, and sent ahead by the page's script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from chatapp.accounts import tokens
from chatapp.chat.services import Services
from chatapp.models import Document, User
from tests.conftest import Api
from tests.support.browsing import Browsing, signed_in
from tests.support.multipart import form
from tests.support.replies import problem
from tests.support.scripted import Scripted

AHEAD = "/attachments"
LEAVE = "# Leave\n\nThirty days.\n"


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_MAX_UPLOAD_MB": "1"}


@pytest.fixture
def still(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is added counts as read: nothing of it is needed here."""
    monkeypatch.setattr(type(services.ingest), "wake", lambda self: None)
    monkeypatch.setattr(type(services.search), "waits_for", lambda self, scope: False)


@pytest.fixture
def ann(still: None, app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "ann@example.org")


def send(who: Browsing, path: str, *files: tuple[str, str | bytes], **fields: str) -> TestResponse:
    return who.client.post(path, **form(*files, csrf_token=who.token, **fields))


def documents(services: Services) -> list[str]:
    """The names of what people have added."""
    wanted = select(Document.name).where(Document.user_id.is_not(None)).order_by(Document.name)
    return list(services.database.read(lambda c: c.scalars(wanted).all()))


def asked(who: Browsing, sent: TestResponse, model: Scripted) -> dict[str, Any]:
    """The question that was sent, once its answer has ended."""
    assert sent.status_code == 303, sent.text
    model.asked().finish("So.")
    found = re.match(r"/c/(\w+)\?stream=1#m-(\w+)", sent.location)
    assert found
    who.get(f"/c/{found[1]}?stream=1").get_data()
    items = who.client.get(f"/api/conversations/{found[1]}/messages").json["items"]  # type: ignore[index]
    question: dict[str, Any] = items[-2]
    return question


class TestInTheForm:
    """A browser without scripts sends files with the question."""

    def test_they_come_with_the_first_question(
        self, ann: Browsing, services: Services, model: Scripted
    ) -> None:
        sent = send(ann, "/", ("a.md", LEAVE), ("b.md", "Two."), content="Why?")
        question = asked(ann, sent, model)
        assert [each["name"] for each in question["attachments"]] == ["a.md", "b.md"]
        assert documents(services) == ["a.md", "b.md"]
        page = ann.get(f"/c/{question['conversation_id']}").text
        for each in question["attachments"]:
            assert f'href="/documents/{each["id"]}"' in page

    def test_they_come_with_a_later_one(self, ann: Browsing, model: Scripted) -> None:
        first = asked(ann, send(ann, "/", content="Why?"), model)
        path = f"/c/{first['conversation_id']}"
        later = asked(ann, send(ann, path, ("a.md", LEAVE), content="And this?"), model)
        assert [each["name"] for each in later["attachments"]] == ["a.md"]

    def test_a_field_without_a_file_is_no_file(
        self, ann: Browsing, services: Services, model: Scripted
    ) -> None:
        question = asked(ann, send(ann, "/", ("", ""), content="Why?"), model)
        assert question["attachments"] == []
        assert documents(services) == []

    def test_the_same_form_again_is_the_same_question(
        self, ann: Browsing, services: Services, model: Scripted
    ) -> None:
        fields = {"content": "Why?", "client_id": "one"}
        first = send(ann, "/", ("a.md", LEAVE), **fields)
        question = asked(ann, first, model)
        assert send(ann, "/", ("a.md", LEAVE), **fields).location == first.location
        assert len(question["attachments"]) == len(documents(services)) == 1

    def test_an_edited_question_keeps_those_that_stay_ticked(
        self, ann: Browsing, model: Scripted
    ) -> None:
        sent = send(ann, "/", ("a.md", LEAVE), ("b.md", "Two."), content="Why?")
        question = asked(ann, sent, model)
        page = ann.get(f"/m/{question['id']}/edit").text
        ticked = re.findall(r'name="document_ids" value="(\w+)" checked', page)
        assert ticked == [each["id"] for each in question["attachments"]]
        path = f"/c/{question['conversation_id']}"
        fields = {"content": "Why not?", "parent_id": "", "document_ids": ticked[1]}
        edited = asked(ann, send(ann, path, **fields), model)
        assert [each["name"] for each in edited["attachments"]] == ["b.md"]

    def test_what_is_too_large_is_refused_before_anything_is_kept(
        self, ann: Browsing, services: Services
    ) -> None:
        large = b"x" * (1024 * 1024 + 1)
        refused = send(ann, "/", ("a.md", LEAVE), ("large.md", large), content="Why?")
        assert refused.status_code == 413
        assert "large.md: a file may have 1 MB" in refused.text
        assert send(ann, "/", ("a.md", large * 3), content="Why?").status_code == 413
        assert documents(services) == []

    def test_other_forms_stay_small(self, ann: Browsing, model: Scripted) -> None:
        question = asked(ann, send(ann, "/", content="Why?"), model)
        path = f"/c/{question['conversation_id']}/rename"
        large = ("a.md", b"x" * 1024 * 1024)
        assert send(ann, path, large, title="Other").status_code == 413

    def test_a_name_that_cannot_be_is_said(self, ann: Browsing, services: Services) -> None:
        refused = send(ann, "/", ("x" * 600, LEAVE), content="Why?")
        assert refused.status_code == 422
        assert "500 characters" in refused.text
        assert documents(services) == []

    def test_a_token_for_chats_adds_no_documents(
        self, still: None, app: Flask, api: Api, services: Services
    ) -> None:
        token = tokens.create(services.database, api.user_id, "chats", scope="chat")
        headers = {"Authorization": f"Bearer {token}"}
        sent = form(("a.md", LEAVE), content="Why?")
        refused = app.test_client().post("/", headers=headers, **sent)
        assert (refused.status_code, documents(services)) == (403, [])


class TestAhead:
    """The page's script sends each file by itself, before the question."""

    def test_a_file_becomes_a_document(self, ann: Browsing, services: Services) -> None:
        sent = send(ann, AHEAD, ("a.md", LEAVE))
        assert sent.status_code == 201
        (item,) = sent.json["items"]  # type: ignore[index]
        assert (item["kind"], item["name"], item["state"]) == ("document", "a.md", "queued")
        assert ann.client.get(f"/api/documents/{item['id']}").status_code == 200
        again = send(ann, AHEAD, ("b.md", LEAVE)).json["items"]  # type: ignore[index]
        assert [each["id"] for each in again] == [item["id"]]

    def test_who_comes_for_the_first_time_is_a_guest(
        self, still: None, app: Flask, services: Services, model: Scripted
    ) -> None:
        client = app.test_client()
        (item,) = client.post(AHEAD, **form(("a.md", LEAVE))).json["items"]  # type: ignore[index]
        me = client.get("/api/me").json
        assert me is not None
        assert me["email"] is None
        guest = Browsing(client, str(me["id"]))
        sent = send(guest, "/", content="Why?", document_ids=item["id"])
        question = asked(guest, sent, model)
        assert [each["id"] for each in question["attachments"]] == [item["id"]]

    def test_refusals_are_problems(self, ann: Browsing) -> None:
        words = problem(send(ann, AHEAD), 422, "invalid_value")
        assert "at least one file" in words
        large = ("large.md", b"x" * (1024 * 1024 + 1))
        problem(send(ann, AHEAD, large), 413, "too_large")
        stale = ann.client.post(AHEAD, **form(("a.md", LEAVE), csrf_token="stale"))
        problem(stale, 403, "csrf_failed")

    def test_nobody_becomes_a_guest_for_nothing(
        self, still: None, app: Flask, services: Services
    ) -> None:
        problem(app.test_client().post(AHEAD, **form()), 422, "invalid_value")
        assert services.database.read(lambda c: c.scalars(select(User.id)).all()) == []


class TestWithoutGuests:
    """Where guests may not chat, they attach nothing."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_GUESTS": "0"}

    def test_nobody_attaches_anything(self, still: None, app: Flask, services: Services) -> None:
        problem(app.test_client().post(AHEAD, **form(("a.md", LEAVE))), 401, "unauthenticated")
        assert documents(services) == []
