"""Below an answer: another model, its figures, and what a person thinks of it."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.chat import Chat
from tests.browser.model import Model
from tests.browser.test_accounts import sign_up


def _foot(chat: Chat) -> Locator:
    return chat.answers.last.locator(".answer__foot")


def test_another_model_answers_in_its_place(chat: Chat, model: Model, faults: list[str]) -> None:
    sign_up(chat)
    chat.talk(model, ("Name a colour.", "Red."))
    choose = chat.page.get_by_role("link", name="Answer again with another model")
    choose.click()
    models = chat.page.locator(".choices__one")
    expect(models).to_have_count(2)
    first, other = models.all()
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-current", "true")
    box = chat.page.locator(".pop:popover-open").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 720
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator(".choices")).to_have_count(0)
    expect(choose).to_be_focused()
    choose.click()
    expect(first).to_be_focused()
    name = other.inner_text()
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    asked = model.asked()
    assert asked.model == name
    expect(_foot(chat).locator(".answer__model")).to_contain_text(name)
    expect(chat.page.locator("chat-conversation")).to_be_focused()
    asked.finish("Blue.")
    chat.see_end()
    expect(chat.answer).to_have_text("Blue.")
    expect(_foot(chat).locator(".answer__model")).to_contain_text(name)
    assert faults == []


def test_figures_wait_behind_the_models_name(chat: Chat, model: Model) -> None:
    chat.talk(model, ("Name a colour.", "Red."))
    figures = chat.page.locator(".figures")
    expect(figures).to_be_hidden()
    _foot(chat).get_by_role("button", name="Model, time and tokens").click()
    expect(figures).to_contain_text("First word after")
    expect(figures).to_contain_text("did not count them")
    chat.page.keyboard.press("Escape")
    expect(figures).to_be_hidden()


def test_a_rating_can_say_why(chat: Chat, model: Model) -> None:
    chat.talk(model, ("Name a colour.", "Red."))
    bad = chat.page.get_by_role("button", name="Bad answer")
    bad.focus()
    chat.page.keyboard.press("Enter")
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(bad).to_be_focused()
    expect(chat.status).to_have_text("Your rating is kept.")
    chat.page.get_by_label("What was bad about it?").fill("I asked for two.")
    chat.page.get_by_role("button", name="Save").click()
    said = chat.page.locator(".why__words")
    expect(said).to_have_text("I asked for two.")
    expect(chat.page.locator(".why__toggle")).to_be_focused()
    assert chat.stored()[-1]["feedback"] == {"rating": "bad", "comment": "I asked for two."}
    good = chat.page.get_by_role("button", name="Good answer")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(said).to_have_text("I asked for two.")  # what was written is never lost
    good.click()
    expect(said).to_have_count(0)
    assert chat.stored()[-1]["feedback"] is None


def test_the_same_without_scripts(plain_chat: Chat, model: Model) -> None:
    sign_up(plain_chat)
    page = plain_chat.page
    plain_chat.words.fill("Name a colour.")
    page.get_by_role("button", name="Send").click(no_wait_after=True)
    model.asked().finish("Red.")
    plain_chat.see_end()
    page.goto(page.url.partition("?")[0])
    page.get_by_role("button", name="Model, time and tokens").click()
    expect(page.locator(".figures")).to_contain_text("First word after")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_label("What was bad about it?").fill("I asked for two.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".why__words")).to_have_text("I asked for two.")
    page.get_by_role("link", name="Answer again with another model").click()
    name = page.locator(".choices__one").last.inner_text()
    page.locator(".choices__one").last.click(no_wait_after=True)
    asked = model.asked()
    assert asked.model == name
    asked.finish("Blue.")
    plain_chat.see_end()
    expect(plain_chat.answer).to_have_text("Blue.")
