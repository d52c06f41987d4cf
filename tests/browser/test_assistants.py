"""Assistants: chosen when a chat begins, shown in it, made and changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize, expect

from chatapp.chat.personas import COLOURS
from chatapp.chat.ready_made import READY_MADE
from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.model import Model
from tests.browser.test_accounts import WIDTHS, sign_up

COACH = READY_MADE["coach"]


def press_send(chat: Chat, words: str) -> None:
    chat.words.fill(words)
    chat.page.get_by_role("button", name="Send").click(no_wait_after=True)


def see_assistant(chat: Chat, name: str) -> None:
    """The header names who answers."""
    expect(chat.page.locator(".bar__assistant")).to_contain_text(name)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_first_question_goes_to_the_assistant_that_was_chosen(
    visit: Callable[..., Chat], model: Model, scripts: bool
) -> None:
    chat = visit(java_script_enabled=scripts)
    faults = complaints(chat.page)
    chat.page.get_by_role("link", name=COACH.name).click()
    expect(chat.page.get_by_role("heading", level=2)).to_have_text(COACH.name)
    see_assistant(chat, COACH.name)
    press_send(chat, "How do I begin?")
    asked = model.asked()
    assert asked.turns[0] == ("system", COACH.instructions)
    asked.finish("Gently.")
    chat.see_end()
    see_assistant(chat, COACH.name)
    press_send(chat, "And then?")
    asked = model.asked()
    assert asked.turns[0] == ("system", COACH.instructions)
    asked.finish("Listen.")
    chat.see_end()
    chat.open(f"/c/{chat.see_address()}")
    see_assistant(chat, COACH.name)
    assert len(chat.stored()) == 4
    assert faults == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_chat_begins_with_an_opening_question(
    visit: Callable[..., Chat], model: Model, scripts: bool
) -> None:
    chat = visit(java_script_enabled=scripts)
    chat.open("/?assistant=coach")
    words = COACH.opening_questions[1]
    chat.page.get_by_role("button", name=words).click(no_wait_after=True)
    asked = model.asked()
    assert asked.turns == [("system", COACH.instructions), ("user", words)]
    asked.finish("One with time.")
    chat.see_end()
    see_assistant(chat, COACH.name)


def test_one_is_chosen_and_left_by_its_chip(chat: Chat) -> None:
    chips = chat.page.get_by_role("navigation", name="Assistants")
    chips.get_by_role("link", name="Translator").click()
    current = chips.locator("[aria-current]")
    expect(current).to_have_text("T Translator")
    current.click()
    expect(current).to_have_count(0)
    expect(chat.page.locator(".bar__assistant")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_one_is_made_used_changed_and_deleted(
    visit: Callable[..., Chat], model: Model, scripts: bool
) -> None:
    chat = visit(java_script_enabled=scripts)
    sign_up(chat)
    page = chat.page
    page.get_by_role("link", name="Assistants", exact=True).click()
    page.get_by_role("link", name="New assistant").click()
    page.get_by_label("Name", exact=True).fill("Tide table")
    page.get_by_text("violet").locator("xpath=ancestor::label").click()
    page.get_by_label("Instructions").fill("Answer in one line.")
    page.get_by_role("button", name="Save").last.click()
    card = page.locator(".card", has_text="Tide table")
    expect(card.locator(".picture--violet")).to_have_text("T")
    card.get_by_role("link", name="Start a chat").click()
    press_send(chat, "When is high tide?")
    asked = model.asked()
    assert asked.turns[0] == ("system", "Answer in one line.")
    asked.finish("At noon.")
    chat.see_end()
    talk = f"/c/{chat.see_address()}"

    page.goto(chat.address + "/assistants")
    card.get_by_role("link", name="Edit").click()
    page.get_by_label("Instructions").fill("Answer in two lines.")
    page.get_by_role("button", name="Save").last.click()
    card.get_by_text("Delete …").click()
    card.get_by_role("button", name="Delete for good").click()
    expect(card).to_have_count(0)
    chat.open(talk)
    expect(page.locator(".bar__assistant")).to_have_count(0)
    press_send(chat, "And low tide?")
    asked = model.asked()
    assert asked.turns[0] == ("system", "Answer in two lines.")
    asked.finish("At six.")
    chat.see_end()


def test_enter_in_a_line_of_the_form_saves_it(chat: Chat) -> None:
    sign_up(chat)
    page = chat.page
    page.goto(chat.address + "/assistants/new")
    page.get_by_label("Name", exact=True).fill("Tide table")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.locator(".card", has_text="Tide table")).to_be_visible()


def test_the_choice_of_documents_follows_the_chat(chat: Chat, model: Model) -> None:
    sign_up(chat)
    chat.open("/?assistant=handbook")
    link = chat.page.locator('[data-part="documents"]')
    expect(link).to_have_attribute("href", "/choose-documents?assistant=handbook")
    chat.ask("Why?")
    model.asked().finish("Because.")
    chat.see_end()
    expect(link).to_have_attribute("href", f"/c/{chat.see_address()}/documents")
    link.click()
    chat.page.get_by_role("button", name="Save").click()
    see_assistant(chat, "Handbook helper")


CONTRAST = """element => {
    const channel = (value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const luminance = (colour) => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map(channel);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const { color, backgroundColor } = getComputedStyle(element);
    const [light, dark] = [luminance(color), luminance(backgroundColor)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
}"""
"""Of letter and ground, as https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio says."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_letters_stand_out_from_their_colours(chat: Chat, theme: str) -> None:
    sign_up(chat)
    page = chat.page
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    page.goto(chat.address + "/assistants/new")
    for colour in COLOURS:
        picture = page.locator(f".picture--{colour}")
        assert picture.evaluate(CONTRAST) >= 4.5, colour


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(chat: Chat, width: str) -> None:
    sign_up(chat)
    page = chat.page
    size = WIDTHS[width]
    page.set_viewport_size(ViewportSize(width=size["width"], height=size["height"]))
    for path in ("/?assistant=handbook", "/assistants", "/assistants/new", "/choose-documents"):
        page.goto(chat.address + path)
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, path
