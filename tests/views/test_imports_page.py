"""Conversations that come in by the form of the settings page."""

from __future__ import annotations

import io
import json
import re
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from chatapp.accounts import people
from chatapp.chat.services import Services
from tests.chat.importing.vectors import COLOURS, conversation, node
from tests.support.scripted import Scripted
from tests.support.visitor import PASSWORD, Visitor, trouble

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def ann(app: Flask, services: Services) -> Visitor:
    """Somebody who is signed in by a browser."""
    people.create(services.database, "ann@example.org", PASSWORD)
    ann = Visitor(app.test_client())
    assert ann.sign_in("ann@example.org").status_code == 303
    return ann


def send(visitor: Visitor, raw: bytes, name: str = "conversations.json") -> TestResponse:
    """Fills in the form, and reads the page to its end."""
    return visitor.send("/settings/import", "/settings", file=(io.BytesIO(raw), name))  # type: ignore[arg-type]


def test_the_page_tells_what_came_in_and_what_did_not(ann: Visitor) -> None:
    bad = conversation(node("a", None, "user", "\0"), title="<b>Bad</b>")
    page = send(ann, json.dumps([COLOURS, bad, COLOURS]).encode())
    assert page.status_code == 200
    words = unescape(re.sub(r"<[^>]+>", "", page.text))
    assert "<b>Bad</b> left out" in " ".join(words.split())
    assert "Number 2 in the file. It holds a NUL character." in " ".join(words.split())
    told = "Done. 1 conversation is new. 1 was there before. 1 was left out."
    assert told in " ".join(words.split())
    assert "Colours" in ann.get("/").text


def test_a_form_without_a_file_says_so(ann: Visitor) -> None:
    refused = send(ann, b"", "")
    assert refused.status_code == 422
    assert "Choose a file" in trouble(refused)


def test_what_is_no_export_says_so(ann: Visitor) -> None:
    page = send(ann, b"Dear diary").text
    assert "This is no JSON" in page
    assert "1 was left out" in page


def test_guests_bring_nothing_in(app: Flask, model: Scripted) -> None:
    guest = Visitor(app.test_client())
    sent = guest.send("/", content="Why?", client_id="1")
    model.asked().finish("Because.")
    guest.get(sent.location).get_data()
    assert "import-file" not in guest.get("/settings").text
    assert send(guest, b"[]").status_code == 403
