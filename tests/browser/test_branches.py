"""Versions of questions and answers, and conversations that are longer than a page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import create_engine

from tests.browser.chat import Chat
from tests.browser.line import Line
from tests.browser.model import Model
from tests.support.instance import Instance
from tests.support.lengthening import lengthen

LONG = 200
PIECE = 40


@pytest.fixture
def long(chat: Chat, model: Model, site: Instance) -> tuple[str, list[str]]:
    """The address of a conversation that is longer than a page, and its messages."""
    address = chat.talk(model, ("Name a colour.", "Red."))
    engine = create_engine(f"sqlite:///{site.folder / 'chatapp.db'}")
    with engine.begin() as connection:
        ids = lengthen(connection, address.removeprefix("/c/"), LONG)
    engine.dispose()
    return address, ids


def pager(place: Page | Locator) -> Locator:
    return place.get_by_role("group", name=re.compile("Version"))


def turn(place: Page | Locator, name: str) -> None:
    """Follows the link to the previous or the next version."""
    pager(place).get_by_role("link", name=f"{name} version").click()


def ask_differently(chat: Chat, model: Model, words: str, answer: str) -> None:
    chat.questions.first.hover()
    chat.page.get_by_role("link", name="Edit and ask again").first.click()
    chat.ask(words)
    model.asked().finish(answer)
    chat.see_end()


def messages(chat: Chat) -> Locator:
    return chat.page.locator("chat-question, chat-answer")


def see_at_top(chat: Chat, id: str) -> None:
    """Waits until a message is the first that can be seen whole, and goes no further."""
    script = """id => {
        const log = document.querySelector("[role=log]").getBoundingClientRect();
        const message = document.getElementById(`m-${id}`)?.getBoundingClientRect();
        return message && Math.abs(message.top - log.top) < 40;
    }"""
    chat.page.wait_for_function(script, arg=id)


def place_of(message: Locator) -> float:
    """How far below the top of the window a message begins, in pixels."""
    return float(message.evaluate("message => message.getBoundingClientRect().top"))


def test_versions_are_turned_without_leaving_the_page(
    chat: Chat, model: Model, faults: list[str]
) -> None:
    address = chat.talk(model, ("Name a colour.", "Red."), ("And a fruit.", "Apple."))
    ask_differently(chat, model, "Name a river.", "Nile.")
    chat.page.evaluate("window.same = true")
    expect(pager(chat.page)).to_have_count(1)
    expect(pager(chat.page)).to_have_text("2 / 2")
    turn(chat.page, "Previous")
    expect(chat.questions).to_have_text(["Name a colour.", "And a fruit."])
    expect(pager(chat.page)).to_have_text("1 / 2")
    expect(chat.status).to_have_text("Version 1 of 2")
    expect(chat.page.get_by_role("link", name="Next version")).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.questions).to_have_text(["Name a river."])
    expect(chat.page.get_by_role("link", name="Previous version")).to_be_focused()
    assert chat.page.evaluate("window.same")
    turn(chat.page, "Previous")
    expect(chat.questions).to_have_text(["Name a colour.", "And a fruit."])
    chat.reload()
    expect(chat.questions).to_have_text(["Name a colour.", "And a fruit."])
    expect(pager(chat.page)).to_have_text("1 / 2")
    chat.ask("And a tree.")
    asked = model.asked()
    assert asked.turns[0][1] == "Name a colour."
    asked.finish("Oak.")
    chat.see_end()
    expect(chat.page).to_have_url(chat.address + address)
    chat.reload()
    expect(chat.questions).to_have_text(["Name a colour.", "And a fruit.", "And a tree."])
    assert not faults


def test_an_answer_goes_on_while_another_version_is_read(chat: Chat, model: Model) -> None:
    chat.talk(model, ("Name a colour.", "Red."))
    chat.page.get_by_role("button", name="Answer again").click()
    asked = model.asked()
    asked.finish("Blue.")
    chat.see_end()
    chat.ask("Count.")
    asked = model.asked()
    asked.say("1 ")
    expect(chat.answer).to_have_text("1 ")
    turn(chat.answers.first, "Previous")
    expect(chat.answer).to_have_text("Red.")
    expect(chat.stop_button).to_be_hidden()
    asked.say("2 ")
    turn(chat.answers.first, "Next")
    expect(chat.answer).to_have_text("1 2 ")
    expect(chat.stop_button).to_be_visible()
    asked.finish("3")
    chat.see_end()
    expect(chat.answer).to_have_text("1 2 3")
    expect(chat.answers).to_have_count(2)


def test_two_tabs_keep_to_their_branches(chat: Chat, model: Model, line: Line) -> None:
    address = chat.talk(model, ("Name a colour.", "Red."))
    there = chat.another_tab(address)
    line.wait_for("/events", open=2)
    ask_differently(chat, model, "Name a river.", "Nile.")
    expect(there.questions).to_have_text(["Name a river."])
    there.see_end()
    turn(there.page, "Previous")
    expect(there.questions).to_have_text(["Name a colour."])
    there.talk(model, ("And a fruit.", "Apple."))
    chat.talk(model, ("And a lake.", "Chad."))
    expect(chat.questions).to_have_text(["Name a river.", "And a lake."])
    there.talk(model, ("And a tree.", "Oak."))
    expect(there.questions).to_have_text(["Name a colour.", "And a fruit.", "And a tree."])
    expect(chat.questions).to_have_text(["Name a river.", "And a lake."])
    chat.page.get_by_role("button", name="Answer again").last.click()
    model.asked().finish("Victoria.")
    chat.see_end()
    expect(chat.answer).to_have_text("Victoria.")
    expect(there.answer).to_have_text("Oak.")


def test_a_long_conversation_is_read_backwards(
    chat: Chat, long: tuple[str, list[str]], faults: list[str]
) -> None:
    address, ids = long
    chat.open(address)
    expect(messages(chat)).to_have_count(PIECE)
    expect(messages(chat).last).to_be_in_viewport()
    first = chat.page.locator(f"#m-{ids[-PIECE]}")
    first.evaluate("message => message.scrollIntoView()")
    before = place_of(first)
    expect(messages(chat)).to_have_count(2 * PIECE)
    chat.page.wait_for_function("() => document.querySelector('[role=log]').ariaBusy !== 'true'")
    assert abs(place_of(first) - before) <= 1
    log = chat.page.get_by_role("log")
    while chat.page.get_by_role("link", name="Earlier messages").count():
        count = messages(chat).count()
        log.evaluate("log => { log.scrollTop = 0; }")
        expect(messages(chat)).not_to_have_count(count)
    expect(messages(chat)).to_have_count(len(ids))
    shown = messages(chat).evaluate_all("all => all.map(message => message.dataset.id)")
    assert shown == ids
    assert not faults


def test_a_message_far_up_is_gone_to_and_the_end_come_back_to(
    chat: Chat, model: Model, long: tuple[str, list[str]], faults: list[str]
) -> None:
    address, ids = long
    chat.open(f"{address}?at={ids[50]}#m-{ids[50]}")
    expect(chat.page.get_by_role("button", name="Go to the end")).to_be_visible()
    see_at_top(chat, ids[50])
    window = "document.scrollingElement.scrollHeight === innerHeight"
    assert chat.page.evaluate(window), "the page itself scrolls"
    chat.open("/")
    chat.open(f"{address}#m-{ids[100]}")
    see_at_top(chat, ids[100])
    expect(chat.page).to_have_url(re.compile(rf"\?at={ids[100]}#m-{ids[100]}$"))
    expect(chat.page.locator(f"#m-{ids[-1]}")).to_have_count(0)
    chat.page.evaluate(f"location.hash = '#m-{ids[2]}'")
    see_at_top(chat, ids[2])
    chat.ask("And now?")
    asked = model.asked()
    assert asked.turns[-2][1].startswith(f"Number {len(ids) - 1}.")
    asked.finish("Now.")
    chat.see_end()
    expect(chat.answer).to_be_in_viewport()
    expect(messages(chat)).to_have_count(PIECE + 2)
    assert chat.stored()[-2]["parent_id"] == ids[-1]
    assert not faults


def test_versions_are_links_without_scripts(plain_chat: Chat, model: Model) -> None:
    send = plain_chat.page.get_by_role("button", name="Send")

    def ask(words: str, answer: str) -> None:
        plain_chat.words.fill(words)
        send.click(no_wait_after=True)
        model.asked().finish(answer)
        plain_chat.see_end()
        expect(plain_chat.answer).to_have_text(answer)

    ask("Name a colour.", "Red.")
    plain_chat.page.get_by_role("link", name="Edit and ask again").click()
    ask("Name a river.", "Nile.")
    turn(plain_chat.page, "Previous")
    expect(plain_chat.questions).to_have_text(["Name a colour."])
    plain_chat.reload()
    expect(plain_chat.questions).to_have_text(["Name a colour."])
    ask("And a fruit.", "Apple.")
    expect(plain_chat.questions).to_have_text(["Name a colour.", "And a fruit."])
    plain_chat.page.go_back()
    turn(plain_chat.questions.first.locator(".."), "Next")
    expect(plain_chat.questions).to_have_text(["Name a river."])
