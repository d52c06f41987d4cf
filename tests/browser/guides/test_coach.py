"""The coach's page: sign-up first, then advice by an `EventSource` that comes back by itself."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.guides.conftest import Guide
from tests.browser.line import Line
from tests.browser.model import Model

PROFILE = {"Name": "Ann Lee", "Age": "31", "Gender": "female", "Interests": "chess, tea"}


def sign_up(guide: Guide) -> None:
    """Makes an account in the tab that the page opens, and comes back."""
    with guide.page.expect_popup() as opened:
        guide.page.get_by_role("link", name="Sign up").click()
    there = opened.value
    there.get_by_label("E-mail address").fill("ann@example.org")
    there.get_by_label("Password").fill("correct horse battery")
    there.get_by_text("About you").click()
    for label, words in PROFILE.items():
        there.get_by_label(label, exact=True).fill(words)
    there.get_by_role("button", name="Sign up").click()
    expect(there.get_by_role("link", name="ann@example.org")).to_be_attached()
    there.close()
    guide.page.evaluate("dispatchEvent(new Event('focus'))")


def test_who_signed_up_is_advised_by_name(
    show: Callable[..., Guide], model: Model, line: Line
) -> None:
    guide = show("coach")
    expect(guide.page.get_by_role("heading", name="First, an account")).to_be_visible()
    expect(guide.words).to_be_disabled()
    sign_up(guide)
    expect(guide.page.get_by_text("What is on your mind?")).to_be_visible()
    expect(guide.page.get_by_text("Ann · 31 · female · chess, tea")).to_be_visible()
    guide.ask("How do I ask her out?")
    asked = model.asked()
    assert asked.turns[1:] == [
        ("user", "User Info:\nName: Ann\nAge: 31\nGender: female\nInterests: chess, tea"),
        ("user", "How do I ask her out?"),
    ]
    asked.say("Be ")
    expect(guide.answer).to_have_text("Be ")
    line.cut()
    expect(guide.status).to_have_text("The line broke. Coming back …")
    asked.finish("kind.")
    expect(guide.answer).to_have_text("Be kind.")
    expect(guide.cursor).to_have_count(0)
    expect(guide.send).to_be_enabled()
    guide.ask("And then?")
    model.asked().fail()
    expect(guide.trouble).to_have_text("Error generating advice")
