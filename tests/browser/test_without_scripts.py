"""The same chat with JavaScript switched off."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.model import Model


def _send(chat: Chat, words: str) -> None:
    chat.words.fill(words)
    chat.page.get_by_role("button", name="Send").click(no_wait_after=True)


def test_the_answer_grows_in_the_page(plain_chat: Chat, model: Model) -> None:
    _send(plain_chat, "Hello?")
    asked = model.asked()
    asked.say("One, ")
    expect(plain_chat.answer).to_have_text("One, ")
    asked.say("two")
    expect(plain_chat.answer).to_have_text("One, two")
    asked.finish(", **three**.")
    plain_chat.see_end()
    expect(plain_chat.answer.locator("strong")).to_have_text("three")
    assert [message["text"] for message in plain_chat.stored()] == [
        "Hello?",
        "One, two, **three**.",
    ]


def test_a_reload_in_mid_answer_streams_it_from_its_beginning(
    plain_chat: Chat, model: Model
) -> None:
    _send(plain_chat, "Tell me a story.")
    asked = model.asked()
    asked.say("Once upon a time ")
    expect(plain_chat.answer).to_have_text("Once upon a time ")
    plain_chat.reload()
    expect(plain_chat.answer).to_have_text("Once upon a time ")
    asked.say("there was a fox")
    expect(plain_chat.answer).to_have_text("Once upon a time there was a fox")
    asked.finish(".")
    plain_chat.see_end()
    expect(plain_chat.answer).to_have_text("Once upon a time there was a fox.")


def test_the_page_as_stored_leads_to_the_stream(plain_chat: Chat, model: Model) -> None:
    _send(plain_chat, "Hello?")
    asked = model.asked()
    asked.say("Wait ")
    expect(plain_chat.answer).to_have_text("Wait ")
    plain_chat.open(f"/c/{plain_chat.see_address()}")
    expect(plain_chat.answer).to_have_text("Wait ")
    plain_chat.page.get_by_role("link", name="Follow the answer").click(no_wait_after=True)
    asked.say("a moment")
    expect(plain_chat.answer).to_have_text("Wait a moment")
    asked.finish(".")
    plain_chat.see_end()


def test_stop_is_a_form(plain_chat: Chat, model: Model) -> None:
    _send(plain_chat, "Tell me everything.")
    asked = model.asked()
    asked.say("First of all")
    expect(plain_chat.answer).to_have_text("First of all")
    plain_chat.answers.last.get_by_role("button", name="Stop").click(no_wait_after=True)
    plain_chat.see_end("stopped")
    asked.wait_until_left()
    expect(plain_chat.answer).to_have_text("First of all")


def test_a_stopped_answer_goes_on(plain_chat: Chat, model: Model) -> None:
    test_stop_is_a_form(plain_chat, model)
    plain_chat.page.get_by_role("button", name="Continue").click(no_wait_after=True)
    model.asked().finish(", begin.")
    plain_chat.see_end()
    expect(plain_chat.answer).to_have_text("First of all, begin.")


def test_a_failed_answer_says_why_and_can_be_tried_again(plain_chat: Chat, model: Model) -> None:
    _send(plain_chat, "Hello?")
    model.asked().refuse(429, "slow down", **{"Retry-After": "60"})
    plain_chat.see_end("failed")
    plain_chat.page.get_by_role("button", name="Retry").click(no_wait_after=True)
    model.asked().finish("Hi.")
    plain_chat.see_end()
    expect(plain_chat.answer).to_have_text("Hi.")


def test_a_question_is_asked_differently(plain_chat: Chat, model: Model) -> None:
    _send(plain_chat, "Name a colour.")
    model.asked().finish("Red.")
    plain_chat.see_end()
    plain_chat.page.get_by_role("link", name="Edit and ask again").click()
    expect(plain_chat.words).to_have_value("Name a colour.")
    _send(plain_chat, "Name a river.")
    asked = model.asked()
    assert [words for _, words in asked.turns] == ["Name a river."]
    asked.finish("Nile.")
    plain_chat.see_end()
    expect(plain_chat.questions).to_have_text(["Name a river."])


def test_conversations_are_renamed_found_and_deleted(plain_chat: Chat, model: Model) -> None:
    page = plain_chat.page
    _send(plain_chat, "Name a colour.")
    model.asked().finish("Red.")
    plain_chat.see_end()
    _open_menu(plain_chat)
    page.get_by_label("Title").fill("Colours")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(plain_chat.listed).to_have_text(["Colours"])
    page.get_by_role("searchbox").fill("purple")
    page.get_by_role("searchbox").press("Enter")
    expect(plain_chat.listed).to_have_count(0)
    expect(page.get_by_text("Nothing found for “purple”.")).to_be_visible()
    page.get_by_role("searchbox").fill("colours")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("searchbox").fill("red")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".conversation-item mark")).to_have_text(["Red"])
    _open_menu(plain_chat)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(plain_chat.listed).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(plain_chat.listed).to_have_text(["Colours"])
    expect(plain_chat.answer).to_have_text("Red.")


def test_conversations_are_pinned_and_archived(plain_chat: Chat, model: Model) -> None:
    page = plain_chat.page
    _send(plain_chat, "Name a colour.")
    model.asked().finish("Red.")
    plain_chat.see_end()
    _open_menu(plain_chat)
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_role("heading", name="Pinned")).to_be_visible()
    _open_menu(plain_chat)
    page.get_by_role("button", name="Unpin").click()
    expect(page.get_by_role("heading", name="Pinned")).to_have_count(0)
    _open_menu(plain_chat)
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(plain_chat.listed).to_have_count(0)
    page.get_by_role("link", name="Archived").click()
    expect(plain_chat.listed).to_have_text(["Name a colour."])
    _open_menu(plain_chat)
    page.get_by_role("button", name="Unarchive").click()
    page.get_by_role("link", name="New chat").first.click()
    expect(plain_chat.listed).to_have_text(["Name a colour."])


def _open_menu(chat: Chat) -> None:
    chat.page.locator(".conversation-item").hover()
    chat.page.locator(".conversation-item__toggle").click()
