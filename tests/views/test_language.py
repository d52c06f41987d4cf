"""The language of pages: chosen, or asked for by the browser."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from tests.conftest import Api
from tests.support.visitor import Visitor

INDONESIAN = {"Accept-Language": "de;q=0.9, id-ID;q=0.8, en;q=0.5"}


def language_of(page: str) -> str:
    found = re.search(r'<html lang="([^"]+)" dir="ltr">', page)
    assert found, page[:200]
    return found[1]


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def test_a_page_is_in_the_language_that_the_browser_asks_for(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/login", headers=INDONESIAN)
    assert '<h1 class="page__title">Masuk</h1>' in page.text
    assert language_of(page.text) == page.headers["Content-Language"] == "id"
    assert {"Accept-Language", "Cookie"} <= set(page.vary)
    page = client.get("/login")
    assert '<h1 class="page__title">Sign in</h1>' in page.text
    assert language_of(page.text) == page.headers["Content-Language"] == "en"


def test_scripts_get_their_words_with_the_page(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/", headers=INDONESIAN).text
    words = re.search(r'<script type="application/json" id="catalogue">(.*?)</script>', page)
    assert words is not None
    assert json.loads(words[1])["The answer is ready."] == "Jawaban sudah siap."
    assert 'id="catalogue"' not in client.get("/").text.partition("<body>")[0]


def test_a_choice_is_stronger_than_the_browser_and_leads_back(visitor: Visitor) -> None:
    led = visitor.send("/language", "/login", language="id", next="/login?next=/documents")
    assert (led.status_code, led.location) == (303, "/login?next=/documents")
    assert language_of(visitor.get("/login").text) == "id"
    visitor.send("/language", "/login", language="")
    assert language_of(visitor.get("/login").text) == "en"


def test_a_choice_follows_a_person_into_other_browsers(app: Flask, visitor: Visitor) -> None:
    visitor.sign_up("ann@example.org")
    visitor.send("/language", "/settings", language="id", next="/settings")
    settings = visitor.get("/settings").text
    assert language_of(settings) == "id"
    assert '<option value="id" lang="id" selected>Bahasa Indonesia</option>' in settings
    elsewhere = Visitor(app.test_client())
    elsewhere.sign_in("ann@example.org")
    assert language_of(elsewhere.get("/").text) == "id"
    assert 'name="locale" type="text" value="id"' in elsewhere.get("/profile").text


def test_a_language_without_pages_stays_in_the_profile(visitor: Visitor) -> None:
    visitor.sign_up("ann@example.org")
    for locale, kept in (("de", "de"), ("id", "")):
        visitor.send("/profile", locale=locale)
        visitor.send("/language", "/settings", language="", next="/settings")
        assert f'name="locale" type="text" value="{kept}"' in visitor.get("/profile").text


def test_a_language_that_there_is_none_of_is_refused(visitor: Visitor) -> None:
    assert visitor.send("/language", "/login", language="xx").status_code == 422
    assert visitor.post("/language", language="id").status_code == 403


def test_what_is_refused_is_refused_in_the_language_of_the_page(visitor: Visitor) -> None:
    visitor.headers = INDONESIAN
    refused = visitor.sign_in("ann@example.org", "wrong horse")
    assert refused.status_code == 403
    assert "Alamat dan kata sandi itu tidak cocok." in refused.text
    short = visitor.sign_up("ann@example.org", "short")
    assert "Kata sandi terdiri dari 8 hingga" in short.text
    lost = visitor.get("/nowhere")
    assert "404 Tidak ditemukan" in lost.text
    assert "Alamat yang diminta tidak ditemukan" in lost.text


def test_scripts_are_refused_in_the_language_of_their_page_and_programs_in_english(
    app: Flask, api: Api
) -> None:
    path = "/api/conversations/nothing"
    visitor = Visitor(app.test_client(), headers=INDONESIAN)
    visitor.sign_up("bob@example.org")
    problem = visitor.get(path).get_json()
    assert problem["detail"] == "Percakapan tersebut tidak ada."
    assert (problem["title"], problem["code"]) == ("Not Found", "not_found")
    problem = api.get(path, headers=INDONESIAN).get_json()
    assert problem["detail"] == "There is no such conversation."


def test_assistants_that_come_with_us_are_introduced_in_the_language(visitor: Visitor) -> None:
    visitor.headers = INDONESIAN
    page = visitor.get("/assistants").text
    assert "Pelatih kencan" in page
    assert "Penasihat kencan yang lembut" in page
    chat = visitor.get("/?assistant=translator").text
    assert "Bagaimana menolak undangan dengan sopan dalam bahasa Prancis?" in chat


def test_days_and_numbers_are_written_as_the_language_does(visitor: Visitor) -> None:
    visitor.headers = INDONESIAN
    visitor.sign_up("ann@example.org")
    page = visitor.get("/settings").text
    months = (
        "Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember"
    )
    assert re.search(rf"Masuk pada <time[^>]*>[1-3]?[0-9] ({months}) 20[0-9]{{2}}</time>", page)
    with visitor.client.application.test_request_context(headers=INDONESIAN):
        from chatapp.views import language

        assert language.size(1_234_567) == "1,2 MB"
        assert language.number(1_234_567) == "1.234.567"
        assert language.browser("Firefox on Linux") == "Firefox di Linux"
    with visitor.client.application.test_request_context():
        assert language.size(1_234_567) == "1.2 MB"
        assert language.size(1) == "1 byte"
