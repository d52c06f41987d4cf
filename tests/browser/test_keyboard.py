"""Everything by keyboard: nothing here uses the mouse, and the focus is always somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.axe import examine
from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.model import Model
from tests.browser.test_accounts import PASSWORD, sign_up

FAR = 60
"""More steps of Tab than anything is away."""


def command(chat: Chat, words: str, name: str) -> None:
    """Opens the list of commands, types some of a name, and takes it."""
    chat.page.keyboard.press("Control+k")
    field = chat.page.get_by_role("combobox", name="Search commands and conversations")
    expect(field).to_be_focused()
    chat.page.keyboard.type(words)
    active = chat.page.locator('[role="option"][aria-selected="true"]')
    expect(active).to_contain_text(name)
    assert field.get_attribute("aria-activedescendant") == active.get_attribute("id")
    chat.page.keyboard.press("Enter")


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses Tab until a control of that name has the focus."""
    script = """() => {
        const { ariaLabel, labels, textContent } = document.activeElement;
        return (ariaLabel ?? labels?.[0]?.textContent ?? textContent).trim();
    }"""
    for _ in range(FAR):
        if page.evaluate(script) == name:
            return
        page.keyboard.press(key)
    raise AssertionError(f"no Tab leads to {name}")


def see_scripts(page: Page) -> None:
    """Waits until the scripts of a page that was just led to listen."""
    page.wait_for_load_state("load")


def has_focus(page: Page) -> bool:
    """Whether anything has it: a page whose focus was lost begins at its top again."""
    return bool(page.evaluate("document.activeElement !== document.body"))


def test_the_main_flow_needs_no_mouse(visit: Callable[..., Chat], model: Model) -> None:
    chat = visit()
    page, faults = chat.page, complaints(chat.page)
    email = sign_up(chat)
    page.context.clear_cookies()
    page.goto(f"{chat.address}/login")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(chat.words).to_be_focused()
    see_scripts(page)

    page.keyboard.type("How do tides work?")
    page.keyboard.press("Enter")
    asked = model.asked()
    asked.say("The moon")
    expect(chat.answer).to_have_text("The moon")
    expect(chat.words).to_be_focused()
    page.keyboard.press("Escape")
    chat.see_end("stopped")
    expect(chat.words).to_be_focused()

    command(chat, "again", "Answer again")
    model.asked().finish("The moon pulls.")
    chat.see_end()
    expect(chat.answer).to_have_text("The moon pulls.")
    expect(chat.words).to_be_focused()
    tab_to(page, "Answer again", "Shift+Tab")
    page.keyboard.press("Enter")
    model.asked().finish("Gravity.")
    chat.see_end()
    assert has_focus(page)

    command(chat, "copy last", "Copy the last answer")
    expect(chat.status).to_have_text("Copied")
    assert has_focus(page)

    command(chat, "rename", "Rename this conversation")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Tides")
    page.keyboard.press("Enter")
    expect(chat.heading).to_have_text("Tides")
    expect(page.locator(".conversation-item__toggle")).to_be_focused()

    command(chat, "delete", "Delete this conversation")
    expect(page).to_have_url(re.compile("deleted="))
    see_scripts(page)
    expect(chat.words).to_be_focused()
    tab_to(page, "Undo", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(chat.listed).to_have_text(["Tides"])
    expect(chat.listed).to_be_focused()

    page.keyboard.press("s")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("gravity")
    expect(page.locator(".conversation-item mark")).to_have_text("Gravity")
    command(chat, "tides", "Tides")
    expect(chat.answer).to_have_text("Gravity.")

    command(chat, "stgs", "Settings")
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    see_scripts(page)
    command(chat, "new", "New chat")
    expect(chat.words).to_be_focused()
    assert faults == []


def test_the_sheet_of_keys_opens_where_nobody_writes(chat: Chat) -> None:
    page = chat.page
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(chat.words).to_be_focused()
    page.keyboard.type("Why?")
    expect(chat.words).to_have_value("Why?")
    tab_to(page, "Send")
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    assert examine(page) == []
    tab_to(page, "Let single keys count")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="Send")).to_be_focused()
    page.keyboard.press("?")
    command(chat, "keyb", "Keyboard shortcuts")
    expect(sheet).to_be_visible()
    tab_to(page, "Let single keys count")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(chat.words).to_be_focused()


def test_the_commands_fit_what_the_page_can_do(chat: Chat, model: Model) -> None:
    page = chat.page
    options = page.get_by_role("option")
    page.get_by_role("button", name="Commands").press("Enter")
    expect(options.filter(has_text="New chat")).to_be_visible()
    expect(options.filter(has_text="Copy the last answer")).to_have_count(0)
    page.keyboard.type("nothing like this")
    expect(page.get_by_text("Nothing found.")).to_be_visible()
    assert examine(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Commands")).to_be_focused()
    command(chat, "dark", "Appearance: dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    chat.talk(model, ("Name a colour.", "Red."))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+k")
    expect(options.filter(has_text="Copy the last answer")).to_be_visible()
    expect(options.filter(has_text="Name a colour.")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.locator('[role="option"][aria-selected="true"]')).to_have_text("Name a colour.")
    assert examine(page) == []
    page.keyboard.press("Escape")
    command(chat, "bahasa", "Language: Bahasa Indonesia")
    expect(page.locator("html")).to_have_attribute("lang", "id")
    expect(chat.answer).to_have_text("Red.")


def test_the_list_over_the_chat_takes_the_focus_and_gives_it_back(
    visit: Callable[..., Chat],
) -> None:
    chat = visit(viewport={"width": 390, "height": 844})
    opener = chat.page.get_by_role("button", name="Conversations")
    opener.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_role("button", name="Close the list")).to_be_focused()
    expect(chat.page.locator("main")).to_have_attribute("inert", "")
    chat.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(chat.page.locator("main")).not_to_have_attribute("inert", "")


def test_a_skip_link_comes_first_on_every_page(chat: Chat) -> None:
    page = chat.page
    for path, target in (("/login", "main"), ("/documents", "main"), ("/nowhere", "main")):
        page.goto(chat.address + path)
        page.evaluate("document.activeElement.blur()")
        skip = page.locator(".skip").first
        skip.focus()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator(target)).to_be_focused()
