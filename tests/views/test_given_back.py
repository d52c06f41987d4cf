"""The words of a form that could not be served stand on the page that says why."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.models import Message
from tests.support.absence import away
from tests.support.callers import Caller, People
from tests.support.instant import Instant
from tests.support.rows import count_rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WORDS = 'Why?\n</textarea><script>alert("me")</script> & so on'


@pytest.fixture
def model() -> Instant:
    return Instant()


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_RATE_LIMIT": "3/minute", "CHATAPP_MAX_MESSAGE_CHARS": "1000"} | {
        "CHATAPP_MAX_UPLOAD_MB": "1"
    }


@pytest.fixture
def people(app: Flask) -> People:
    return People(app)


@pytest.fixture
def owner(people: People) -> Caller:
    return people.caller("owner")


def form_of(page: TestResponse) -> tuple[str, dict[str, str]]:
    """Where the form of an error page leads to, and what it would send."""
    html = page.text
    found = re.search(r'<form class="composer__form"[^>]* action="([^"]*)"(.*)</form>', html, re.S)
    assert found, html
    hidden = r'<input type="hidden" name="([^"]*)" value="([^"]*)">'
    fields = {name: unescape(value) for name, value in re.findall(hidden, found[2])}
    area = re.search(r"<textarea[^>]*>(.*?)</textarea>", found[2], re.S)
    assert area
    chosen = re.findall(r"<option selected>([^<]*)<", found[2])
    return found[1], fields | {"content": unescape(area[1])} | dict.fromkeys(("model",), *chosen)


def has_form(page: TestResponse) -> bool:
    return "composer__form" in page.text


def test_too_long_words_can_be_shortened_and_sent(
    owner: Caller, people: People, services: Services
) -> None:
    path = f"/c/{people.belongings()['conversation']}"
    sent = {"content": "x" * 1001, "client_id": "one", "parent_id": "", "model": "offline"}
    page = owner.client.post(path, data=sent, headers=owner.headers)
    assert page.status_code == 413
    action, fields = form_of(page)
    assert action == path
    assert {name: fields[name] for name in sent} == sent
    assert f'href="{path}"' in page.text
    before = count_rows(services.database, Message)[0]
    again = owner.client.post(action, data=fields | {"content": "Shorter."})
    assert again.status_code == 303, again.text
    assert count_rows(services.database, Message)[0] == before + 2


def test_words_are_only_words(owner: Caller) -> None:
    wrong = {"content": WORDS + "\0", "assistant_id": '"><script>'}
    page = owner.client.post("/", data=wrong, headers=owner.headers)
    assert page.status_code == 422
    action, fields = form_of(page)
    assert (action, fields["content"], fields["assistant_id"]) == ("/", WORDS, '"><script>')
    assert "<script>" not in page.text
    assert fields["client_id"]


def test_a_limit_that_was_hit_keeps_the_words_and_their_name(owner: Caller) -> None:
    for number in range(4):
        sent = {"content": f"Question {number}", "client_id": f"name {number}"}
        page = owner.client.post("/", data=sent, headers=owner.headers)
    assert page.status_code == 429
    assert form_of(page)[1].items() >= sent.items()


def test_a_name_that_was_used_is_another_one(owner: Caller) -> None:
    for words in ("Question", "Another question"):
        sent = {"content": words, "client_id": "one"}
        page = owner.client.post("/", data=sent, headers=owner.headers)
    assert page.status_code == 409
    _, fields = form_of(page)
    assert fields["content"] == "Another question"
    assert fields["client_id"] != "one"


def test_a_page_that_is_out_of_date_is_mended_by_the_one_that_says_so(owner: Caller) -> None:
    page = owner.client.post("/", data={"content": "Why?", "csrf_token": "old"})
    assert page.status_code == 403
    action, fields = form_of(page)
    assert owner.client.post(action, data=fields).status_code == 303


def test_a_conversation_that_is_gone_gives_its_words_to_a_new_one(owner: Caller) -> None:
    sent = {"content": "And?", "parent_id": "x", "client_id": "one"}
    page = owner.client.post("/c/gone", data=sent, headers=owner.headers)
    assert page.status_code == 404
    action, fields = form_of(page)
    assert (action, fields["content"]) == ("/", "And?")
    assert "parent_id" not in fields


def test_the_words_stay_while_the_database_is_away(
    owner: Caller, services: Services, database_url: str
) -> None:
    with away(services, database_url):
        page = owner.client.post("/", data={"content": "Why?"}, headers=owner.headers)
    assert page.status_code == 503
    assert form_of(page)[1]["content"] == "Why?"


def test_what_another_site_sent_is_not_shown_as_the_readers_words(owner: Caller) -> None:
    headers = {**owner.headers, "Origin": "https://evil.example"}
    page = owner.client.post("/", data={"content": "Buy!"}, headers=headers)
    assert page.status_code == 403
    assert not has_form(page)
    assert "Buy!" not in page.text


def test_where_there_are_no_words_there_is_no_form(owner: Caller) -> None:
    huge = {"content": "x" * 9_000_000}
    for sent, status in (({"content": " "}, 422), ({}, 422), (huge, 413)):
        page = owner.client.post("/", data=sent, headers=owner.headers)
        assert page.status_code == status
        assert not has_form(page)
    assert not has_form(owner.client.get("/nothing"))
