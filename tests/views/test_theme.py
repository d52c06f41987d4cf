"""The theme of pages: chosen in a browser, and known to the server."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.support.visitor import Visitor


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def looks(page: str) -> tuple[str, list[str]]:
    """The scheme that a page asks for, and the media of its colours for the browser's frame."""
    scheme = re.search(r'<meta name="color-scheme" content="([^"]+)">', page)
    assert scheme
    return scheme[1], re.findall(r'<meta name="theme-color" content="#\w{6}"(.*?)>', page)


def test_the_system_decides_where_nothing_was_chosen(app: Flask) -> None:
    page = app.test_client().get("/login").text
    media = [f' media="(prefers-color-scheme: {name})"' for name in ("light", "dark")]
    assert looks(page) == ("light dark", media)
    assert "data-theme" not in page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_choice_holds_from_the_first_byte_on(visitor: Visitor, theme: str) -> None:
    led = visitor.send("/theme", "/login", theme=theme, next="/login?next=/documents")
    assert (led.status_code, led.location) == (303, "/login?next=/documents")
    page = visitor.client.get("/login")
    assert f'<html lang="en" dir="ltr" data-theme="{theme}">' in page.text
    assert looks(page.text) == (theme, [""])
    assert "Cookie" in page.vary


def test_a_choice_is_left_to_the_system_again(visitor: Visitor) -> None:
    visitor.send("/theme", "/login", theme="dark")
    visitor.send("/theme", "/login", theme="")
    assert visitor.client.get_cookie("theme") is None
    assert looks(visitor.client.get("/login").text)[0] == "light dark"


def test_what_is_no_theme_is_refused_and_a_strange_cookie_is_nothing(visitor: Visitor) -> None:
    assert visitor.send("/theme", "/login", theme="sepia").status_code == 422
    visitor.client.set_cookie("theme", '"><script>')
    page = visitor.client.get("/login").text
    assert looks(page)[0] == "light dark"
    assert "data-theme" not in page


def test_a_choice_leads_nowhere_else(visitor: Visitor) -> None:
    led = visitor.send("/theme", "/login", theme="dark", next="https://elsewhere.example/")
    assert led.location == "/"
