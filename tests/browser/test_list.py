"""The list of conversations: day by day, piece by piece."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.browser.chat import Chat
from tests.browser.model import Model
from tests.browser.profiles import close

MANY = 120
MOST_REQUESTS = 40


def fill(chat: Chat, count: int) -> None:
    """Makes so many conversations, titled by their number."""
    token = chat.page.request.get(f"{chat.address}/api/me").json()["csrf_token"]
    for number in range(count):
        made = chat.page.request.post(
            f"{chat.address}/api/conversations",
            data={"title": f"number {number}"},
            headers={"X-CSRFToken": token},
        )
        assert made.status == 201, made.text()


def test_older_conversations_come_when_the_list_is_scrolled(
    chat: Chat, model: Model, faults: list[str]
) -> None:
    chat.talk(model, ("Name a colour.", "Red."))
    fill(chat, MANY)
    chat.open()
    expect(chat.listed).to_have_count(50)
    for count in (100, MANY + 1):
        chat.page.get_by_role("link", name="Older conversations").scroll_into_view_if_needed()
        expect(chat.listed).to_have_count(count)
    titles = [f"number {number}" for number in reversed(range(MANY))]
    expect(chat.listed).to_have_text([*titles, "Name a colour."])
    expect(chat.page.get_by_role("heading", name="Today")).to_have_count(1)
    assert not faults


def test_what_was_scrolled_to_stays_when_something_changes(chat: Chat, model: Model) -> None:
    chat.talk(model, ("Name a colour.", "Red."))
    there = chat.another_tab()
    fill(chat, 60)
    chat.open()
    chat.page.get_by_role("link", name="Older conversations").scroll_into_view_if_needed()
    expect(chat.listed).to_have_count(61)
    chat.listed.last.scroll_into_view_if_needed()
    there.talk(model, ("Name a fruit.", "Apple."))
    expect(chat.listed.first).to_have_text("Name a fruit.")
    expect(chat.listed).to_have_count(61)
    expect(chat.listed.last).to_be_in_viewport()


def test_older_conversations_are_a_link_without_scripts(plain_chat: Chat, model: Model) -> None:
    plain_chat.words.fill("Name a colour.")
    plain_chat.page.get_by_role("button", name="Send").click(no_wait_after=True)
    model.asked().finish("Red.")
    plain_chat.see_end()
    fill(plain_chat, 50)
    plain_chat.open()
    expect(plain_chat.listed).to_have_count(50)
    plain_chat.page.get_by_role("link", name="Older conversations").click()
    expect(plain_chat.listed).to_have_text(["Name a colour."])


def test_days_are_those_of_the_reader_s_clock(visit: Callable[..., Chat], model: Model) -> None:
    chat = visit(timezone_id="Asia/Jakarta")
    chat.talk(model, ("Name a colour.", "Red."))
    cookies = {each.get("name"): each.get("value") for each in chat.page.context.cookies()}
    assert cookies["clock"] == "420"
    expect(chat.page.get_by_role("heading", name="Today")).to_be_visible()


def choose(chat: Chat, title: str, name: str) -> None:
    """Opens a conversation's menu by keyboard, and presses a button of it."""
    item = chat.page.locator(".conversation-item", has_text=title)
    item.locator("summary").focus()
    chat.page.keyboard.press("Enter")
    button = item.get_by_role("button", name=name, exact=True)
    button.focus()
    chat.page.keyboard.press("Enter")


def test_a_conversation_is_pinned_and_taken_down(
    chat: Chat, model: Model, faults: list[str]
) -> None:
    chat.talk(model, ("Name a colour.", "Red."))
    fill(chat, 2)
    chat.reload()
    expect(chat.listed).to_have_text(["number 1", "number 0", "Name a colour."])
    choose(chat, "number 0", "Pin")
    expect(chat.listed).to_have_text(["number 0", "number 1", "Name a colour."])
    expect(chat.page.locator(".day__name")).to_have_text(["Pinned", "Today"])
    focused = chat.page.locator(".conversation-item:has(summary:focus)")
    expect(focused).to_contain_text("number 0")
    choose(chat, "number 0", "Unpin")
    expect(chat.listed).to_have_text(["number 1", "number 0", "Name a colour."])
    expect(chat.page.locator(".day__name")).to_have_text(["Today"])
    assert not faults


def test_an_archived_conversation_is_listed_apart(chat: Chat, model: Model) -> None:
    chat.talk(model, ("Name a colour.", "Red."))
    fill(chat, 2)
    chat.reload()
    choose(chat, "number 1", "Archive")
    expect(chat.listed).to_have_text(["number 0", "Name a colour."])
    expect(chat.listed.first).to_be_focused()
    chat.page.get_by_role("searchbox").fill("number")
    expect(chat.listed).to_have_text(["number 1", "number 0"])
    chat.page.get_by_role("link", name="Archived").click()
    expect(chat.listed).to_have_text(["number 1"])
    choose(chat, "number 1", "Unarchive")
    expect(chat.listed).to_have_count(0)
    expect(chat.page.get_by_text("No conversation is archived.")).to_be_visible()


def test_what_a_search_finds_is_marked(chat: Chat, model: Model, faults: list[str]) -> None:
    chat.talk(model, ("Name a colour.", "Vermilion is one."))
    chat.reload()
    marks = chat.page.locator(".conversation-item mark")
    for words, found in (("vermil", ["Vermil"]), ("vermilion is", ["Vermilion is"]), ("", [])):
        chat.page.get_by_role("searchbox").fill(words)
        expect(marks).to_have_text(found)
        expect(chat.listed).to_have_text(["Name a colour."])
    chat.page.get_by_role("searchbox").fill("colour")
    expect(marks).to_have_text(["colour", "colour"])
    assert not faults


def test_deleting_can_be_undone(chat: Chat, model: Model, faults: list[str]) -> None:
    chat.talk(model, ("Name a colour.", "Red."))
    fill(chat, 2)
    chat.reload()
    there = chat.another_tab()
    expect(there.listed).to_have_count(3)
    choose(chat, "number 1", "Delete")
    expect(chat.listed).to_have_text(["number 0", "Name a colour."])
    expect(there.listed).to_have_text(["number 0", "Name a colour."])
    expect(chat.listed.first).to_be_focused()
    expect(chat.answer).to_have_text("Red.")
    chat.page.get_by_role("button", name="Undo").click()
    expect(chat.listed).to_have_text(["number 1", "number 0", "Name a colour."])
    expect(there.listed).to_have_text(["number 1", "number 0", "Name a colour."])
    expect(chat.listed.first).to_be_focused()
    expect(chat.page.get_by_role("button", name="Undo")).to_have_count(0)
    assert not faults


def test_the_conversation_that_is_read_comes_back(chat: Chat, model: Model) -> None:
    address = chat.talk(model, ("Name a colour.", "Red."))
    choose(chat, "Name a colour.", "Delete")
    expect(chat.listed).to_have_count(0)
    chat.page.get_by_role("button", name="Undo").click()
    expect(chat.listed).to_have_text(["Name a colour."])
    chat.open(address)
    expect(chat.answer).to_have_text("Red.")


def test_the_page_of_a_chat_takes_few_requests(browser: Browser, chat: Chat, model: Model) -> None:
    address = chat.talk(model, ("Name a colour.", "Red."))
    context = browser.new_context(storage_state=chat.page.context.storage_state())
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(chat.address + address)
    expect(page.locator("chat-composer")).to_have_attribute("data-state", "ready")
    close(context)
    assert len(asked) <= MOST_REQUESTS, asked
