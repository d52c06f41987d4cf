"""Pictures with questions: kept, told to the model, shown to their owner, and gone."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from chatapp.accounts import merging
from chatapp.chat import deleting, images
from chatapp.chat.exporting import export
from chatapp.chat.services import Services
from chatapp.models import Database, Image, ImageFile, Message, User, now
from tests.chat.test_answerer import statements
from tests.conftest import Api
from tests.support.browsing import Browsing, signed_in
from tests.support.multipart import form
from tests.support.pictures import bmp, chunk, gif, jpeg, png
from tests.support.replies import problem, value
from tests.support.scripted import Scripted
from tests.support.talk import Talk
from tests.support.together import together
from tests.views.test_attachments import AHEAD, LEAVE, asked, send, still

__all__ = ["still"]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def ann(still: None, app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "ann@example.org")


def add(api: Api, *contents: bytes) -> list[str]:
    """Pictures that were kept; their ids."""
    files = [(f"{number}.png", content) for number, content in enumerate(contents)]
    sent = api.call("POST", "/api/images", **form(*files))
    return [each["id"] for each in value(sent, 201)["items"]]


def count(database: Database) -> tuple[int, int]:
    """How many pictures there are, and how many files."""
    wanted = (select(func.count()).select_from(table) for table in (Image, ImageFile))
    first, second = wanted
    return database.read(lambda c: (c.scalar(first) or 0, c.scalar(second) or 0))


def told(talk: Talk) -> list[list[bytes]]:
    """The pictures of each turn that the model heard last."""
    prompt = talk.asked[-1].prompt
    shown = [[prompt.pictures.get(id) for id in turn.image_ids] for turn in prompt.turns]
    return [[each.content for each in turn if each] for turn in shown]


class TestApi:
    """POST /api/images, and `image_ids` of a question."""

    def test_a_picture_is_kept_as_what_it_is(self, api: Api) -> None:
        sent = api.call("POST", "/api/images", **form(("a.svg", png(30, 20)), ("b", jpeg(5, 4))))
        first, second = value(sent, 201)["items"]
        assert first.items() >= {"name": "a.svg", "media_type": "image/png", "width": 30}.items()
        assert (second["media_type"], second["height"], second["size"]) == (
            "image/jpeg",
            4,
            len(jpeg(5, 4)),
        )

    def test_it_does_not_tell_where_it_was_taken(self, talk: Talk, api: Api) -> None:
        told = png()[:33] + chunk(b"tEXt", b"51.5 N 0.1 W") + png()[33:]
        (id,) = add(api, told)
        assert api.get(f"/images/{id}").data == png()

    @pytest.mark.parametrize("content", [SVG, b"<html>", b"", b"%PDF-1.7", gif(65535, 65535)])
    def test_anything_else_is_refused(self, api: Api, database: Database, content: bytes) -> None:
        sent = api.call("POST", "/api/images", **form(("cat.png", content)))
        problem(sent, 422, "invalid_value")
        assert count(database) == (0, 0)

    def test_what_is_too_large_is_refused(
        self, api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(images, "LARGEST", len(png()) - 1)
        problem(api.call("POST", "/api/images", **form(("a.png", png()))), 413, "too_large")
        assert count(database) == (0, 0)

    def test_not_too_many_wait(
        self, api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(images, "MOST_UNSENT", 2)
        add(api, png(), png())
        refused = api.call("POST", "/api/images", **form(("a.png", png())))
        problem(refused, 403, "too_many_images")
        old = update(Image).values(created_at=now() - images.UNSENT - timedelta(seconds=1))
        database.write(lambda connection: connection.execute(old))
        add(api, png())
        assert count(database) == (1, 1)

    def test_the_model_is_told_pictures_of_this_question_and_of_those_before(
        self, talk: Talk, api: Api
    ) -> None:
        cat, dog = add(api, png(grey=1), png(grey=2))
        answer = talk.ask("What is this?", image_ids=[cat])
        assert told(talk) == [[png(grey=1)]]
        talk.ask("And this?", image_ids=[dog])
        assert told(talk) == [[png(grey=1)], [], [png(grey=2)]]
        talk.ask("Thanks.")
        assert told(talk) == [[png(grey=1)], [], [png(grey=2)], [], []]
        talk.again("regenerate", answer)
        assert told(talk) == [[png(grey=1)]]

    def test_the_newest_are_told_where_there_are_too_many(
        self, talk: Talk, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(images, "MOST_BYTES", len(png(grey=2)) + 1)
        for grey in (1, 2):
            talk.ask("What is this?", image_ids=add(api, png(grey=grey)))
        assert told(talk) == [[], [], [png(grey=2)]]

    def test_all_those_of_a_question_are_told_or_it_is_refused(
        self, talk: Talk, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = add(api, png(grey=1), png(grey=2))
        body = {"content": "What are these?", "image_ids": [first, second]}
        with monkeypatch.context() as less:
            less.setattr(images, "MOST_BYTES", 2 * len(png()) - 1)
            problem(api.post(talk.path, body), 413, "too_large")
        with monkeypatch.context() as less:
            less.setattr(images, "MOST_TOLD", 1)
            problem(api.post(talk.path, body), 422, "invalid_value")
        assert talk.messages() == []
        talk.ask("What are these?", image_ids=[first, second])
        assert told(talk) == [[png(grey=1), png(grey=2)]]

    def test_a_picture_of_another_conversation_is_not_told(
        self, talk: Talk, api: Api, model: Scripted, database: Database
    ) -> None:
        elsewhere = Talk(api, model)
        elsewhere.ask("What is this?", image_ids=add(api, png(grey=1)))
        talk.ask("What is this?", image_ids=add(api, png(grey=2)))
        named = elsewhere.messages()[0]["attachments"]
        question = update(Message).where(Message.conversation_id == talk.id)
        database.write(lambda connection: connection.execute(question.values(attachments=named)))
        talk.ask("And now?")
        assert told(talk) == [[], [], []]

    def test_a_question_shows_its_pictures(self, talk: Talk, api: Api) -> None:
        (id,) = add(api, png(30, 20))
        talk.ask("What is this?", image_ids=[id])
        shown = {"name": "0.png", "media_type": "image/png", "width": 30, "height": 20}
        assert talk.messages()[0]["attachments"] == [{"kind": "image", "id": id, **shown}]

    def test_only_own_ones_come_along_and_only_into_one_conversation(
        self, talk: Talk, api: Api, other: Api, model: Scripted
    ) -> None:
        (theirs,), (mine,) = add(other, png()), add(api, png())
        for wrong in ([theirs], ["unknown"], [mine, theirs]):
            body = {"content": "Why?", "image_ids": wrong}
            assert "image_ids" in problem(api.post(talk.path, body), 422, "invalid_value")
        assert talk.messages() == []
        talk.ask("What is this?", image_ids=[mine])
        talk.ask("What is this, again?", image_ids=[mine])
        body = {"content": "Why?", "image_ids": [mine]}
        elsewhere = Talk(api, model)
        problem(api.post(elsewhere.path, body), 422, "invalid_value")

    def test_a_question_without_pictures_costs_what_it_did(
        self, talk: Talk, database: Database
    ) -> None:
        talk.ask()
        with statements(database) as said:
            talk.ask()
        assert not [each for each in said if "images" in each or "image_files" in each]


class TestShowing:
    """GET /images/<id>"""

    def test_its_owner_sees_it_and_nothing_in_it_runs(self, api: Api, other: Api) -> None:
        (id,) = add(api, png())
        shown = api.get(f"/images/{id}")
        assert (shown.status_code, shown.data) == (200, png())
        assert shown.content_type == "image/png"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        assert shown.headers["Cache-Control"] == "private, no-cache"
        assert other.get(f"/images/{id}").status_code == 404
        assert api.get("/images/unknown").status_code == 404

    def test_a_browser_that_has_it_is_not_sent_it_again_while_it_may_see_it(
        self, api: Api, other: Api
    ) -> None:
        (id,) = add(api, png())
        known = {"If-None-Match": api.get(f"/images/{id}").headers["ETag"]}
        again = api.get(f"/images/{id}", headers=known)
        assert (again.status_code, again.data) == (304, b"")
        assert other.get(f"/images/{id}", headers=known).status_code == 404

    def test_it_goes_with_its_conversation(
        self, talk: Talk, api: Api, services: Services, database: Database
    ) -> None:
        (id,) = add(api, png())
        talk.ask("What is this?", image_ids=[id])
        deleting.put_away(services, talk.id)
        assert api.get(f"/images/{id}").status_code == 404
        deleting.remove(services, talk.id)
        assert count(database) == (0, 0)

    def test_it_goes_with_its_owner(self, talk: Talk, api: Api, database: Database) -> None:
        _waiting, sent = add(api, png(), png())
        talk.ask("What is this?", image_ids=[sent])
        gone = delete(User).where(User.id == api.user_id)
        database.write(lambda connection: connection.execute(gone))
        assert count(database) == (0, 0)

    def test_it_comes_along_when_a_guest_signs_up(
        self, still: None, app: Flask, api: Api, services: Services, model: Scripted
    ) -> None:
        guest = signed_in(app, services, None)
        sent = send(guest, "/", ("cat.png", png()), content="What is this?")
        (picture,) = asked(guest, sent, model)["attachments"]
        assert api.get(f"/images/{picture['id']}").status_code == 404
        merging.merge(services.database, guest.user_id, api.user_id)
        assert api.get(f"/images/{picture['id']}").data == png()

    def test_what_no_question_came_for_is_swept(self, talk: Talk, api: Api) -> None:
        database = talk.api.client.application.extensions["chatapp"].database
        waiting, sent = add(api, png(), png())
        talk.ask("What is this?", image_ids=[sent])
        old = update(Image).values(created_at=now() - images.UNSENT - timedelta(seconds=1))
        database.write(lambda connection: connection.execute(old))
        images.sweep(database)
        assert api.get(f"/images/{waiting}").status_code == 404
        assert api.get(f"/images/{sent}").status_code == 200

    def test_it_is_part_of_what_is_exported(self, talk: Talk, api: Api, database: Database) -> None:
        (id,) = add(api, png())
        talk.ask("What is this?", image_ids=[id])
        document = json.loads(b"".join(export(database, api.user_id)))
        (image,) = document["images"]
        assert (image["id"], base64.b64decode(image["content"])) == (id, png())
        assert document["conversations"][0]["messages"][0]["attachments"][0]["id"] == id


class TestPages:
    """The composer's ways."""

    def test_a_form_brings_pictures_and_documents(
        self, ann: Browsing, model: Scripted, database: Database
    ) -> None:
        files = (("cat.png", png()), ("a.md", LEAVE), ("dog.txt", jpeg()))
        fields = {"content": "What is this?", "client_id": "one"}
        first = send(ann, "/", *files, **fields)
        question = asked(ann, first, model)
        kinds = [(each["kind"], each["name"]) for each in question["attachments"]]
        assert kinds == [("document", "a.md"), ("image", "cat.png"), ("image", "dog.txt")]
        page = ann.get(f"/c/{question['conversation_id']}").text
        id = question["attachments"][1]["id"]
        assert f'<img src="/images/{id}" alt="cat.png" loading="lazy" width="3"' in page
        assert send(ann, "/", *files, **fields).location == first.location
        assert count(database) == (2, 2)
        edit = ann.get(f"/m/{question['id']}/edit").text
        assert f'name="image_ids" value="{id}" checked' in edit

    def test_the_same_file_twice_comes_once(
        self, ann: Browsing, model: Scripted, database: Database
    ) -> None:
        files = (("cat.png", png()), ("copy.png", png()), ("a.md", LEAVE), ("b.md", LEAVE))
        question = asked(ann, send(ann, "/", *files, content="Why?", client_id="one"), model)
        assert [each["kind"] for each in question["attachments"]] == ["document", "image"]

    def test_the_same_form_at_once_keeps_its_picture_once(
        self, ann: Browsing, app: Flask, model: Scripted, database: Database
    ) -> None:
        token, cookies = ann.token, ann.get("/").request.headers["Cookie"]
        fields = {"content": "What is this?", "client_id": "one", "csrf_token": token}

        def post(number: int) -> str:
            body = form(("cat.png", png()), **fields)
            client = app.test_client(use_cookies=False)
            sent = client.post("/", **body, headers={"Cookie": cookies})
            return str(sent.location)

        assert len(set(together(4, post))) == 1
        model.asked().finish("A cat.")
        assert count(database) == (1, 1)

    def test_a_script_sends_it_ahead(self, ann: Browsing, model: Scripted) -> None:
        sent = send(ann, AHEAD, ("cat.txt", png()))
        (item,) = sent.json["items"]  # type: ignore[index]
        assert (item["kind"], item["state"], item["name"]) == ("image", "ready", "cat.txt")
        first = send(ann, "/", content="What is this?", image_ids=item["id"])
        question = asked(ann, first, model)
        assert [each["id"] for each in question["attachments"]] == [item["id"]]

    @pytest.mark.parametrize("content", [SVG, bmp(), b"\0\0\0\x18ftypheic"])
    def test_what_no_model_takes_is_refused_in_words(self, ann: Browsing, content: bytes) -> None:
        words = problem(send(ann, AHEAD, ("a.png", content)), 422, "invalid_value")
        assert "Save this one as PNG" in words


class Blind(Scripted):
    """A model that takes nothing but words."""

    speaks = ""


class TestModelWithoutPictures:
    """A provider that cannot take pictures is offered none."""

    @pytest.fixture
    def model(self) -> Scripted:
        return Blind()

    def test_they_are_refused_in_words(self, ann: Browsing, other: Api, database: Database) -> None:
        for sent in (
            send(ann, AHEAD, ("a.png", png())),
            other.call("POST", "/api/images", **form(("a.png", png()))),
        ):
            assert "takes no pictures" in problem(sent, 422, "invalid_value")
        refused = send(ann, "/", ("a.png", png()), content="What is this?")
        assert refused.status_code == 422
        assert count(database) == (0, 0)
        assert "image/png" not in ann.get("/").text
        assert ".pdf" in ann.get("/").text


def test_guests_keep_no_more_than_they_may(
    still: None, app: Flask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "GUESTS_BYTES", 2 * len(png()) - 1)
    guest: Any = signed_in(app, services, None)
    assert send(guest, AHEAD, ("a.png", png())).status_code == 201
    words = problem(send(guest, AHEAD, ("b.png", png())), 413, "too_large")
    assert "Sign up" in words
