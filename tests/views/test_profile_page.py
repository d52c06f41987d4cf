"""The page of the profile, as a browser without scripts uses it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from chatapp.chat.services import Services
from tests.support.browsing import Browsing, signed_in
from tests.support.replies import value

WHOLE = {
    "name": "Ann Example",
    "age": "34",
    "gender": "woman",
    "interests": "chess, long walks\r\ntea , chess",
    "locale": "en-GB",
}


@pytest.fixture
def ann(app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "ann@example.org")


def preview(ann: Browsing) -> str:
    """What the page says that a model is told."""
    page = ann.get("/profile").text
    found = re.search(r'<pre class="panel__quote">(.*?)</pre>', page, re.S)
    return unescape(found[1]) if found else ""


def test_what_is_filled_in_is_kept_and_shown_again(ann: Browsing) -> None:
    assert ann.post("/profile", **WHOLE).location == "/profile?saved=1"
    page = ann.get("/profile?saved=1").text
    assert "Saved." in page
    for words in ("Ann Example", "34", "woman", "chess, long walks, tea", "en-GB"):
        assert f'value="{words}"' in page
    assert value(ann.get("/api/me"))["interests"] == ["chess", "long walks", "tea"]


def test_what_is_left_empty_is_forgotten(ann: Browsing) -> None:
    ann.post("/profile", **WHOLE, told=["name"])
    ann.post("/profile")
    me = value(ann.get("/api/me"))
    kept = [me[name] for name in ("name", "age", "gender", "interests", "locale", "told")]
    assert kept == [None, None, None, [], None, []]


def test_the_preview_is_what_was_ticked_and_nothing_else(ann: Browsing) -> None:
    ann.post("/profile", **WHOLE)
    assert "Nothing." in ann.get("/profile").text
    ann.post("/profile", **WHOLE, told=["interests", "name"])
    assert preview(ann) == "User Info:\nName: Ann\nInterests: chess, long walks, tea"
    page = ann.get("/profile").text
    assert re.findall(r'value="(\w+)" aria-label="Tell[^>]* checked>', page) == [
        "name",
        "interests",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("age", "old"),
        ("age", "151"),
        ("age", "-1"),
        ("age", "1e2"),
        ("age", "٣"),
        ("name", "x" * 201),
        ("name", "a\0b"),
        ("locale", "E"),
        ("locale", "en_GB"),
        ("interests", ",".join(map(str, range(51)))),
        ("told", "email"),
    ],
)
def test_what_cannot_be_is_shown_again_with_the_reason(
    ann: Browsing, name: str, words: str
) -> None:
    ann.post("/profile", **WHOLE)
    response = ann.post("/profile", **WHOLE | {name: words, "gender": "<b>kept</b>"})
    assert response.status_code == 422
    assert re.search(rf'role="alert"><p>{name}', response.text)
    assert 'value="&lt;b&gt;kept&lt;/b&gt;"' in response.text
    assert value(ann.get("/api/me"))["gender"] == "woman"


def test_a_guest_has_a_profile_too_and_nobody_has_none(app: Flask, services: Services) -> None:
    guest = signed_in(app, services, None)
    assert guest.post("/profile", name="Ann").status_code == 303
    assert value(guest.get("/api/me"))["name"] == "Ann"
    assert app.test_client().get("/profile").status_code == 401


def test_the_form_needs_its_token(ann: Browsing) -> None:
    assert ann.client.post("/profile", data={"name": "Eve"}).status_code == 403
    assert value(ann.get("/api/me"))["name"] is None
