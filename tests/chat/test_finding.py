"""What is shown of the places where words were found."""

from __future__ import annotations

import pytest

from chatapp.chat import finding
from chatapp.extensions import db
from tests.conftest import Api
from tests.support.scripted import Scripted
from tests.support.talk import Talk


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def context(talk: Talk, query: str) -> str | None:
    """The line that a search shows."""
    with talk.api.client.application.app_context():
        return finding.contexts(db.session(), [talk.id], query).get(talk.id)


def test_the_newest_message_with_the_words_is_shown(talk: Talk) -> None:
    talk.ask("Where do zebras live?", "In the savannah.")
    talk.ask("And ÖTTERS?", "In rivers, unlike\n\n zebras.")
    assert context(talk, "ZEBRA") == "In rivers, unlike zebras."
    assert context(talk, "ötter") == "And ÖTTERS?"
    assert context(talk, "savannah") == "In the savannah."
    assert context(talk, "%") is None


def test_a_long_message_is_cut_around_the_words(talk: Talk) -> None:
    talk.ask(f"{'a' * 1000} needle {'b' * 1000}")
    line = context(talk, "Needle") or ""
    assert line.startswith("…aaa")
    assert " needle bbb" in line
    assert len(line) == finding.BEFORE + len("needle") + finding.AFTER + 1


@pytest.mark.parametrize(
    ("text", "query", "pieces"),
    [
        ("Red", "", [("Red", False)]),
        ("Red", "x", [("Red", False)]),
        ("Red or red", "RED", [("Red", True), (" or ", False), ("red", True)]),
        ("a.b axb", "a.b", [("a.b", True), (" axb", False)]),
        ("Ärger", "ä", [("Ä", True), ("rger", False)]),
    ],
)
def test_what_was_looked_for_is_marked(
    text: str, query: str, pieces: list[tuple[str, bool]]
) -> None:
    assert list(finding.marked(text, query)) == pieces
