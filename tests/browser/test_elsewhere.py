"""Two tabs of one person: what happens in one is seen in the other, without a reload."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.line import Line
from tests.browser.model import Model

FEED = "/events"


@dataclass(frozen=True)
class Tabs:
    """The same conversation in two tabs; the second one listens."""

    here: Chat
    there: Chat
    address: str


@pytest.fixture
def tabs(chat: Chat, model: Model, line: Line) -> Tabs:
    address = chat.talk(model, ("Name a colour.", "Red."))
    there = chat.another_tab(address)
    line.wait_for(FEED, open=2)
    return Tabs(chat, there, address)


def test_a_question_asked_in_one_tab_is_answered_in_both(tabs: Tabs, model: Model) -> None:
    faults = complaints(tabs.there.page)
    tabs.here.ask("Count.")
    asked = model.asked()
    expect(tabs.there.questions).to_have_text(["Name a colour.", "Count."])
    asked.say("1 ")
    expect(tabs.there.answer).to_have_text("1 ")
    asked.say("2 ")
    for tab in (tabs.here, tabs.there):
        expect(tab.answer).to_have_text("1 2 ")
    asked.finish("**3**")
    for tab in (tabs.here, tabs.there):
        tab.see_end()
        expect(tab.answer.locator("strong")).to_have_text("3")
        expect(tab.answers).to_have_count(2)
    assert faults == []


def test_an_answer_that_ended_meanwhile_is_shown(tabs: Tabs, model: Model, line: Line) -> None:
    tabs.there.hide()
    line.wait_for(FEED, open=1)
    tabs.here.talk(model, ("And a fruit.", "Apple."))
    tabs.there.show()
    expect(tabs.there.questions).to_have_text(["Name a colour.", "And a fruit."])
    expect(tabs.there.answer).to_have_text("Apple.")
    tabs.there.see_end()


def test_stop_in_one_tab_stops_in_both(tabs: Tabs, model: Model) -> None:
    tabs.here.ask("Tell me everything.")
    asked = model.asked()
    asked.say("First of all")
    expect(tabs.there.answer).to_have_text("First of all")
    tabs.there.stop_button.click()
    for tab in (tabs.here, tabs.there):
        tab.see_end("stopped")
        expect(tab.answer).to_have_text("First of all")
        expect(tab.trouble).to_be_hidden()
    asked.wait_until_left()


def test_another_answer_takes_the_place_of_the_first_in_both(tabs: Tabs, model: Model) -> None:
    tabs.here.page.get_by_role("button", name="Answer again").click()
    model.asked().finish("Blue.")
    for tab in (tabs.here, tabs.there):
        expect(tab.answer).to_have_text("Blue.")
        tab.see_end()
        expect(tab.answers).to_have_count(1)
        expect(tab.questions).to_have_text(["Name a colour."])


def test_words_that_are_being_written_stay(tabs: Tabs, model: Model) -> None:
    tabs.there.words.fill("And a")
    tabs.here.talk(model, ("And a fruit.", "Apple."))
    expect(tabs.there.answer).to_have_text("Apple.")
    tabs.there.see_end()
    expect(tabs.there.words).to_have_value("And a")
    tabs.there.talk(model, ("And a river.", "Nile."))
    expect(tabs.here.answer).to_have_text("Nile.")


def test_a_new_conversation_is_listed_and_marked_while_it_is_answered(
    tabs: Tabs, model: Model
) -> None:
    tabs.here.open()
    tabs.here.ask("Why is the sky blue?")
    asked = model.asked()
    expect(tabs.there.listed).to_have_text(["Why is the sky blue?", "Name a colour."])
    expect(tabs.there.marked).to_have_count(1)
    expect(tabs.there.questions).to_have_text(["Name a colour."])
    asked.finish("It scatters.")
    expect(tabs.there.marked).to_have_count(0)
    tabs.here.see_end()
    expect(tabs.here.marked).to_have_count(0)


def test_a_new_title_is_shown(tabs: Tabs) -> None:
    tabs.here.rename("Colours")
    expect(tabs.there.listed).to_have_text(["Colours"])
    expect(tabs.there.heading).to_have_text("Colours")


def test_what_is_being_typed_in_the_list_stays(tabs: Tabs, model: Model) -> None:
    tabs.there.page.locator(".conversation-item").hover()
    tabs.there.page.locator(".conversation-item__toggle").click()
    title = tabs.there.page.locator('.conversation-item input[name="title"]').last
    title.fill("Colo")
    tabs.here.open()
    tabs.here.talk(model, ("Why?", "Because."))
    expect(tabs.there.listed).to_have_text(["Why?", "Name a colour."])
    expect(title).to_have_value("Colo")
    expect(title).to_be_focused()


def test_a_deleted_conversation_vanishes(tabs: Tabs, model: Model) -> None:
    tabs.here.open()
    tabs.here.talk(model, ("Why?", "Because."))
    expect(tabs.there.listed).to_have_count(2)
    tabs.here.delete()
    expect(tabs.there.listed).to_have_text(["Name a colour."])
    expect(tabs.there.words).to_be_editable()


def test_deleting_what_is_open_elsewhere_is_said_there(tabs: Tabs) -> None:
    tabs.there.words.fill("And a fruit.")
    tabs.here.delete()
    expect(tabs.there.page.get_by_text("was deleted in another tab")).to_be_visible()
    expect(tabs.there.listed).to_have_count(0)
    expect(tabs.there.words).to_have_value("And a fruit.")
    expect(tabs.there.words).not_to_be_editable()
    expect(tabs.there.trouble).to_be_hidden()
    expect(tabs.there.answer).to_have_text("Red.")
    tabs.there.page.get_by_role("link", name="New chat").last.click()
    expect(tabs.there.page).to_have_url(tabs.there.address + "/")


def test_deleting_in_mid_answer_is_no_error(tabs: Tabs, model: Model) -> None:
    tabs.there.ask("Tell me everything.")
    asked = model.asked()
    asked.say("First of all")
    expect(tabs.here.answer).to_have_text("First of all")
    tabs.here.delete()
    expect(tabs.there.page.get_by_text("was deleted in another tab")).to_be_visible()
    expect(tabs.there.trouble).to_be_hidden()
    asked.wait_until_left()


def test_a_search_is_not_disturbed(tabs: Tabs, model: Model) -> None:
    search = tabs.there.page.get_by_role("searchbox")
    search.fill("colour")
    expect(tabs.there.listed).to_have_text(["Name a colour."])
    tabs.here.open()
    tabs.here.talk(model, ("Why?", "Because."))
    tabs.here.talk(model, ("Which colour?", "Blue."))
    expect(tabs.there.listed).to_have_text(["Why?", "Name a colour."])
    search.fill("")
    expect(tabs.there.listed).to_have_text(["Why?", "Name a colour."])


def test_nobody_listens_before_the_first_question(chat: Chat, model: Model, line: Line) -> None:
    assert line.requests(FEED) == 0
    chat.ask("Name a colour.")
    asked = model.asked()
    asked.say("Re")
    expect(chat.answer).to_have_text("Re")
    assert line.requests(FEED) == 0
    asked.finish("d.")
    line.wait_for(FEED, open=1)


def test_a_tab_has_one_live_connection(tabs: Tabs, model: Model, line: Line) -> None:
    tabs.here.ask("Count.")
    asked = model.asked()
    asked.say("One")
    expect(tabs.there.answer).to_have_text("One")
    line.wait_for(FEED, open=0)
    asked.finish()
    line.wait_for(FEED, open=2, requests=4)


def test_a_hidden_tab_closes_its_connection(tabs: Tabs, line: Line) -> None:
    tabs.there.hide()
    line.wait_for(FEED, open=1)
    tabs.here.rename("Colours")
    tabs.there.show()
    line.wait_for(FEED, open=2)
    expect(tabs.there.heading).to_have_text("Colours")


def test_a_tab_that_comes_back_from_the_cache_connects_anew(tabs: Tabs, line: Line) -> None:
    before = line.requests(FEED)
    tabs.there.page.evaluate(
        """() => {
            dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
            dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )
    line.wait_for(FEED, open=2, requests=before + 1)
    tabs.here.rename("Colours")
    expect(tabs.there.heading).to_have_text("Colours")
