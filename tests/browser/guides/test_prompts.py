"""Prompt frames in React: questions and answers as lists, and lines that are let go of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.guides.conftest import Guide
from tests.browser.guides.pages import require_package
from tests.browser.line import Line
from tests.browser.model import Model

STREAM = "/api/users/stream"


@pytest.fixture(autouse=True)
def react() -> None:
    require_package("react")


def test_answers_grow_below_their_questions(
    show: Callable[..., Guide], faults: Callable[[Guide], list[str]], model: Model, line: Line
) -> None:
    guide = show("prompts")
    complaints = faults(guide)
    expect(guide.page.get_by_text("What would you like to know?")).to_be_visible()
    for number, words in enumerate(("Why?", "And then?"), 1):
        guide.ask(words)
        expect(guide.send).to_be_disabled()
        asked = model.asked()
        assert asked.question == words
        asked.say("Be")
        expect(guide.answer).to_have_text("Be")
        expect(guide.cursor).to_have_count(1)
        asked.finish("cause.")
        expect(guide.answer).to_have_text("Because.")
        expect(guide.cursor).to_have_count(0)
        expect(guide.page.locator(".bubble--answer")).to_have_count(number)
        line.wait_for(STREAM, open=0)  # closed by the page, so that nothing comes back
    assert complaints == []


def test_trouble_closes_the_source_and_is_told(show: Callable[..., Guide], model: Model) -> None:
    guide = show("prompts")
    guide.ask("Why?")
    model.asked().refuse(429, "slow down", **{"Retry-After": "30"})
    expect(guide.trouble).to_contain_text("accepts no more requests")
    guide.ask("Why?")
    model.asked().finish("Because.")
    expect(guide.answer).to_have_text("Because.")
    expect(guide.trouble).to_have_count(0)


def test_who_leaves_the_page_lets_go_of_the_line(
    show: Callable[..., Guide], model: Model, line: Line
) -> None:
    guide = show("prompts")
    guide.ask("Why?")
    asked = model.asked()
    asked.say("Be")
    expect(guide.answer).to_have_text("Be")
    line.wait_for(STREAM, open=1)
    guide.page.goto("about:blank")
    line.wait_for(STREAM, open=0)
    asked.finish("cause.")
