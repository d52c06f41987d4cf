"""Saved prompts: made on their page, and put into the composer with a slash."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.axe import examine
from tests.browser.chat import Chat
from tests.browser.model import Model

PROMPTS = {
    "Sum up": "Sum up {{text}} in three lines.",
    "Survey": "Ask {{whom}} about {{topic}}.",
    "Translate": "Translate what follows.\nKeep its lines.",
}


def save(chat: Chat, title: str, content: str) -> None:
    """Saves a prompt by way of the page's links and forms."""
    chat.page.goto(f"{chat.address}/prompts")
    chat.page.get_by_role("link", name="New prompt").click()
    chat.page.get_by_label("Title").fill(title)
    chat.page.get_by_label("Words").fill(content)
    chat.page.get_by_role("button", name="Save").click()
    expect(chat.page.get_by_role("heading", name=title)).to_be_visible()


def options(chat: Chat) -> Locator:
    """The titles that are offered."""
    return chat.page.locator(".slash__title:visible")


def chosen(chat: Chat) -> Locator:
    """The option that the field names as the active one."""
    id = chat.words.get_attribute("aria-activedescendant")
    return chat.page.locator(f'[role="option"][id="{id}"][aria-selected="true"] .slash__title')


def test_a_slash_offers_what_is_saved(chat: Chat, model: Model, faults: list[str]) -> None:
    asked_for: list[str] = []
    chat.page.on("request", lambda request: asked_for.append(request.url))
    chat.words.press("/")
    expect(chat.page.get_by_role("link", name="Nothing is saved yet.")).to_be_visible()
    assert not [each for each in asked_for if "/api/prompts" in each]
    chat.words.press_sequentially("etc")
    expect(chat.page.locator(".slash")).to_be_hidden()
    for title, content in PROMPTS.items():
        save(chat, title, content)

    chat.open()
    expect(chat.words).to_have_value("/etc")
    chat.words.fill("")
    expect(chat.page.locator(".slash")).to_have_count(0)
    chat.words.press("/")
    expect(options(chat)).to_have_text(list(PROMPTS))
    expect(chosen(chat)).to_have_text("Sum up")
    expect(chat.status).to_have_text("Saved prompts: 3")
    expect(chat.words).to_be_focused()
    assert examine(chat.page) == []
    chat.words.press("ArrowUp")
    expect(chosen(chat)).to_have_text("Translate")
    chat.words.press("ArrowDown")
    expect(chosen(chat)).to_have_text("Sum up")
    chat.words.press_sequentially("su")
    expect(options(chat)).to_have_text(["Sum up", "Survey"])
    chat.words.press("ArrowDown")
    chat.words.press("Tab")
    expect(chat.words).to_have_value(PROMPTS["Survey"])
    expect(options(chat)).to_have_count(0)
    expect(chat.words).not_to_have_attribute("aria-activedescendant", "slash-list-1")
    chat.words.press_sequentially("Ann")
    expect(chat.words).to_have_value("Ask Ann about {{topic}}.")

    chat.words.fill("")
    chat.words.press_sequentially("/tra")
    expect(options(chat)).to_have_text(["Translate"])
    chat.words.press("Enter")
    expect(chat.words).to_have_value(PROMPTS["Translate"])
    expect(chat.questions).to_have_count(0)
    chat.words.press("Control+z")
    expect(chat.words).to_have_value("/tra")
    chat.words.press("Control+Shift+z")
    chat.words.press("Enter")
    asked = model.asked()
    assert asked.question == PROMPTS["Translate"]
    asked.finish("Gladly.")
    chat.see_end()
    assert faults == []


def test_what_is_not_wanted_goes_away(chat: Chat, model: Model) -> None:
    save(chat, "Sum up", PROMPTS["Sum up"])
    chat.open()
    chat.talk(model, ("Name a colour.", "Red."))
    chat.words.press("ArrowUp")
    expect(chat.words).to_have_value("Name a colour.")
    chat.words.fill("")
    chat.words.press("/")
    expect(options(chat)).to_have_text(["Sum up"])
    chat.words.press("Escape")
    expect(options(chat)).to_have_count(0)
    expect(chat.page.get_by_text("Ask this differently")).to_be_visible()
    chat.words.press("Escape")
    expect(chat.page.get_by_text("Ask this differently")).to_be_hidden()

    chat.words.press("/")
    expect(options(chat)).to_have_count(1)
    chat.page.get_by_role("heading", level=1).click()
    expect(options(chat)).to_have_count(0)
    chat.words.fill("")
    chat.words.press("/")
    chat.page.get_by_role("option").click()
    expect(chat.words).to_have_value(PROMPTS["Sum up"])
    chat.words.fill("")
    chat.words.press("/")
    expect(options(chat)).to_have_count(1)
    chat.words.press("Shift+Enter")
    expect(options(chat)).to_have_count(0)
    expect(chat.words).to_have_value("/\n")
    chat.words.fill("")
    chat.words.press("/")
    expect(options(chat)).to_have_count(1)
    chat.words.press("Control+Enter")
    asked = model.asked()
    assert asked.question == "/"
    expect(options(chat)).to_have_count(0)
    asked.finish("Yes?")
    chat.see_end()


def test_without_scripts_prompts_are_made_changed_and_deleted(plain_chat: Chat) -> None:
    save(plain_chat, "Sum up", PROMPTS["Sum up"])
    page = plain_chat.page
    page.get_by_role("link", name="Edit Sum up").click()
    page.get_by_label("Title").fill("Summary")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Delete …").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()


def test_on_a_phone_a_tap_puts_it_there(visit: Callable[..., Chat]) -> None:
    size = {"width": 390, "height": 844}
    chat = visit(has_touch=True, is_mobile=True, viewport=size)
    save(chat, "Sum up", PROMPTS["Sum up"])
    chat.open()
    chat.words.tap()
    chat.words.press("/")
    chat.page.get_by_role("option").tap()
    expect(chat.words).to_have_value(PROMPTS["Sum up"])
    expect(chat.words).to_be_focused()
