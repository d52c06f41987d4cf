"""Stopping, going on, asking again, and looking after conversations."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.model import Model


def test_stop_ends_the_answer_and_the_call(chat: Chat, model: Model) -> None:
    chat.ask("Tell me everything.")
    asked = model.asked()
    asked.say("First of all")
    expect(chat.answer).to_have_text("First of all")
    chat.stop_button.click()
    chat.see_end("stopped")
    asked.wait_until_left()
    expect(chat.answer).to_have_text("First of all")
    expect(chat.answers.last).to_contain_text("You stopped this answer.")
    expect(chat.words).to_be_focused()
    assert chat.stored()[-1]["status"] == "stopped"


def test_stop_before_the_first_word(chat: Chat, model: Model) -> None:
    chat.ask("Think hard.")
    asked = model.asked()
    chat.stop_button.click()
    chat.see_end("stopped")
    asked.wait_until_left()


def test_a_stopped_answer_goes_on(chat: Chat, model: Model) -> None:
    chat.ask("Count to four.")
    asked = model.asked()
    asked.say("1 2")
    expect(chat.answer).to_have_text("1 2")
    chat.stop_button.click()
    chat.see_end("stopped")
    chat.page.get_by_role("button", name="Continue").click()
    model.asked().finish(" 3 4")
    chat.see_end()
    expect(chat.answer).to_have_text("1 2 3 4")
    expect(chat.answers).to_have_count(1)


def test_a_failed_answer_says_why_and_can_be_tried_again(chat: Chat, model: Model) -> None:
    chat.ask("Hello?")
    model.asked().refuse(429, "slow down", **{"Retry-After": "60"})
    chat.see_end("failed")
    bubble = chat.answers.last.get_by_role("alert")
    expect(bubble).to_contain_text(re.compile("try again", re.IGNORECASE))
    expect(bubble).not_to_contain_text("slow down")
    bubble.get_by_role("button", name="Retry").click()
    model.asked().finish("Hi.")
    chat.see_end()
    expect(chat.answer).to_have_text("Hi.")
    expect(chat.answers).to_have_count(1)


def test_an_answer_is_written_again(chat: Chat, model: Model) -> None:
    _talk(chat, model, ("Name a colour.", "Red."))
    chat.page.get_by_role("button", name="Answer again").click()
    model.asked().finish("Blue.")
    expect(chat.answer).to_have_text("Blue.")
    chat.see_end()
    chat.reload()
    expect(chat.answer).to_have_text("Blue.")
    assert [message["text"] for message in chat.stored()] == ["Name a colour.", "Red.", "Blue."]


def test_a_question_is_asked_differently(chat: Chat, model: Model) -> None:
    _talk(chat, model, ("Name a colour.", "Red."), ("And a fruit.", "Apple."))
    chat.questions.first.hover()
    chat.page.get_by_role("link", name="Edit and ask again").first.click()
    expect(chat.words).to_have_value("Name a colour.")
    chat.ask("Name a river.")
    asked = model.asked()
    assert [words for _, words in asked.turns] == ["Name a river."]
    asked.finish("Nile.")
    chat.see_end()
    expect(chat.questions).to_have_text(["Name a river."])
    chat.reload()
    expect(chat.questions).to_have_text(["Name a river."])
    expect(chat.answer).to_have_text("Nile.")


def test_leaving_the_edit_changes_nothing(chat: Chat, model: Model) -> None:
    _talk(chat, model, ("Name a colour.", "Red."))
    chat.questions.hover()
    chat.page.get_by_role("link", name="Edit and ask again").click()
    chat.page.get_by_role("link", name="Leave the question as it was").click()
    expect(chat.words).to_have_value("")
    _talk(chat, model, ("And a fruit.", "Apple."))
    expect(chat.questions).to_have_text(["Name a colour.", "And a fruit."])


def test_a_rating_is_kept(chat: Chat, model: Model) -> None:
    _talk(chat, model, ("Name a colour.", "Red."))
    good = chat.page.get_by_role("button", name="Good answer")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    chat.reload()
    expect(good).to_have_attribute("aria-pressed", "true")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "false")
    assert chat.stored()[-1]["feedback"] is None


def test_a_conversation_is_renamed(chat: Chat, model: Model) -> None:
    _talk(chat, model, ("Name a colour.", "Red."))
    _open_menu(chat.page)
    chat.page.get_by_label("Title").fill("Colours")
    chat.page.get_by_role("button", name="Rename", exact=True).click()
    heading = chat.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Colours")
    expect(chat.listed).to_have_text(["Colours"])
    chat.reload()
    expect(heading).to_have_text("Colours")


def test_a_deleted_conversation_is_left_and_gone(chat: Chat, model: Model) -> None:
    _talk(chat, model, ("Name a colour.", "Red."))
    address = chat.page.url
    _open_menu(chat.page)
    chat.page.get_by_role("button", name="Delete", exact=True).click()
    expect(chat.page).to_have_url(re.compile(r"/\?deleted=\w+$"))
    expect(chat.listed).to_have_count(0)
    response = chat.page.goto(address)
    assert response
    assert response.status == 404


def test_conversations_are_found_by_what_was_said(chat: Chat, model: Model) -> None:
    _talk(chat, model, ("Name a colour.", "Vermilion."))
    chat.open()
    _talk(chat, model, ("Name a fruit.", "Apple."))
    search = chat.page.get_by_role("searchbox")
    search.fill("vermil")
    expect(chat.listed).to_have_text(["Name a colour."])
    search.fill("nothing like this")
    expect(chat.listed).to_have_count(0)
    search.fill("")
    expect(chat.listed).to_have_text(["Name a fruit.", "Name a colour."])


def test_a_token_from_another_time_is_renewed(chat: Chat, model: Model) -> None:
    _talk(chat, model, ("Name a colour.", "Red."))
    chat.page.route("**/c/*", _spoil_the_token)
    chat.reload()
    chat.page.unroute("**/c/*")
    _talk(chat, model, ("And a fruit.", "Apple."))
    expect(chat.trouble).to_be_hidden()


def _spoil_the_token(route: object) -> None:
    from playwright.sync_api import Route

    assert isinstance(route, Route)
    if route.request.method != "GET":
        return route.continue_()
    response = route.fetch()
    body = re.sub(r'(name="csrf-token" content=)"[^"]*"', r'\1"stale"', response.text())
    return route.fulfill(response=response, body=body)


def _talk(chat: Chat, model: Model, *turns: tuple[str, str]) -> None:
    for question, answer in turns:
        chat.ask(question)
        model.asked().finish(answer)
        expect(chat.answer).to_have_text(answer)
        chat.see_end()


def _open_menu(page: Page) -> None:
    page.locator(".conversation-item").hover()
    page.locator(".conversation-item__toggle").click()
