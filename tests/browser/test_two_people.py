"""Two people on one server, each in a browser of their own: neither sees anything of the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.line import Line
from tests.browser.model import Model

PASSWORD = "correct horse battery"


def sign(chat: Chat, how: str, email: str) -> None:
    """Signs up or in, and comes back to the chat."""
    chat.page.goto(f"{chat.address}/{how}")
    chat.page.get_by_label("E-mail address").fill(email)
    chat.page.get_by_label("Password").fill(PASSWORD)
    chat.page.locator(".entry__button").click()
    expect(chat.words).to_be_visible()
    chat.open()


@pytest.fixture
def ann(visit: Callable[..., Chat]) -> Chat:
    return visit()


@pytest.fixture
def bob(visit: Callable[..., Chat]) -> Chat:
    return visit()


def test_neither_sees_anything_of_the_other(ann: Chat, bob: Chat, model: Model, line: Line) -> None:
    sign(ann, "signup", "ann-two@example.org")
    sign(bob, "signup", "bob-two@example.org")
    line.wait_for("/events", open=2)
    theirs = bob.talk(model, ("What is Bob's secret?", "It is green."))
    mine = ann.talk(model, ("What is Ann's secret?", "It is blue."))
    expect(ann.listed).to_have_text(["What is Ann's secret?"])
    expect(bob.listed).to_have_text(["What is Bob's secret?"])
    ann.rename("Blue")
    for person, address in ((ann, theirs), (bob, mine)):
        response = person.page.goto(person.address + address)
        assert response
        assert response.status == 404
        expect(person.page.get_by_text("secret")).to_have_count(0)
    bob.open()
    expect(bob.listed).to_have_text(["What is Bob's secret?"])


def test_a_guest_takes_along_what_was_said_and_leaves_nothing(ann: Chat, model: Model) -> None:
    mine = ann.talk(model, ("Who am I?", "A guest."))
    sign(ann, "signup", "ann-moves@example.org")
    expect(ann.listed).to_have_text(["Who am I?"])
    ann.open(mine)
    expect(ann.answer).to_have_text("A guest.")
    ann.page.context.clear_cookies()
    ann.open()
    expect(ann.listed).to_have_count(0)
    sign(ann, "login", "ann-moves@example.org")
    expect(ann.listed).to_have_text(["Who am I?"])
