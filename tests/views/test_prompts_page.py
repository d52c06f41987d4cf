"""The pages of saved prompts, without scripts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from chatapp.chat import saved_prompts
from chatapp.chat.services import Services
from chatapp.models import SavedPrompt, User
from tests.support.callers import Caller, People
from tests.support.rows import count_rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = "/prompts"
FILLED = {"title": "Sum up", "content": "\r\nSum up <b>{{text}}</b>\r\nbriefly.\r\n"}
KEPT = "\nSum up <b>{{text}}</b>\nbriefly.\n"


@pytest.fixture
def ann(people: People) -> Caller:
    return people.caller("owner")


def send(caller: Caller, path: str, **fields: str) -> TestResponse:
    return caller.client.post(path, data=fields, headers=caller.headers)


def see(caller: Caller, path: str = PAGE) -> str:
    response = caller.client.get(path)
    assert response.status_code == 200, response.text
    return response.text


def kept(services: Services) -> list[tuple[str, str]]:
    """Titles and words, made first first."""
    wanted = select(SavedPrompt.title, SavedPrompt.content).order_by(SavedPrompt.created_at)
    rows = services.database.read(lambda connection: connection.execute(wanted).all())
    return [(row.title, row.content) for row in rows]


def edit_link(page: str) -> str:
    found = re.search(r'href="(/prompts/\w+/edit)"', page)
    assert found, page
    return found[1]


def words_of(form: str) -> str:
    """What a browser shows in the field: without the first line's end (HTML, 13.1.2.5)."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.S)
    assert found, form
    return unescape(found[1].removeprefix("\n"))


def test_a_prompt_is_made_changed_and_deleted(ann: Caller, services: Services) -> None:
    assert "Nothing is saved yet." in see(ann)
    made = send(ann, PAGE, **FILLED)
    assert (made.status_code, made.location) == (303, PAGE)
    assert kept(services) == [("Sum up", KEPT)]
    page = see(ann)
    assert "Sum up &lt;b&gt;{{text}}&lt;/b&gt;" in page
    form = see(ann, edit_link(page))
    assert words_of(form) == KEPT
    assert 'value="Sum up"' in form
    assert send(ann, edit_link(page), title="Short", content="Shorter.").status_code == 303
    assert kept(services) == [("Short", "Shorter.")]
    gone = send(ann, edit_link(page).replace("/edit", "/delete"))
    assert (gone.status_code, gone.location) == (303, PAGE)
    assert kept(services) == []


def test_what_cannot_be_kept_is_shown_again_with_the_reason(
    ann: Caller, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "x" * 32_001
    for fields, status in (
        (FILLED | {"title": " "}, 422),
        (FILLED | {"title": "x" * 81}, 422),
        (FILLED | {"content": " \r\n"}, 422),
        (FILLED | {"content": long}, 413),
    ):
        refused = send(ann, PAGE, **fields)
        assert refused.status_code == status
        assert 'role="alert"' in refused.text
        assert words_of(refused.text) == fields["content"].replace("\r\n", "\n")
    assert kept(services) == []
    monkeypatch.setattr(saved_prompts, "MOST", 1)
    send(ann, PAGE, **FILLED)
    refused = send(ann, PAGE, title="Other", content="Words")
    assert refused.status_code == 409
    assert "Delete one that you do not need." in refused.text
    path = edit_link(see(ann))
    refused = send(ann, path, title="", content="Words")
    assert refused.status_code == 422
    assert f'action="{path}"' in refused.text
    assert kept(services) == [("Sum up", KEPT)]


def test_a_list_that_is_long_is_cut_into_pages(ann: Caller, services: Services) -> None:
    for number in range(51):
        send(ann, PAGE, title=f"Title {number}", content="Words")
    first = see(ann)
    assert first.count("/edit") == 50
    more = re.search(r'href="(/prompts\?after=[^"]*)"', first)
    assert more
    assert see(ann, unescape(more[1])).count("/edit") == 1


def begun(app: Flask) -> tuple[FlaskClient, dict[str, str]]:
    """Who comes for the first time, and what their form sends beside its words."""
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(f"{PAGE}/new").text)
    return client, {"csrf_token": token[1]} if token else {}


def test_who_is_new_becomes_a_guest_with_the_first_prompt_that_is_kept(
    app: Flask, services: Services
) -> None:
    client, token = begun(app)
    assert client.post(PAGE, data=FILLED | token | {"title": ""}).status_code == 422
    assert count_rows(services.database, User) == [0]
    assert client.post(PAGE, data=FILLED | token).status_code == 303
    assert count_rows(services.database, User, SavedPrompt) == [1, 1]
    assert "Sum up" in client.get(PAGE).text


class TestWithoutGuests:
    """Where guests may not chat."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_GUESTS": "0"}

    def test_nobody_is_asked_to_sign_in(self, app: Flask) -> None:
        client = app.test_client()
        for path in (PAGE, f"{PAGE}/new"):
            assert client.get(path).status_code == 401
        assert client.post(PAGE, data=FILLED).status_code == 401
