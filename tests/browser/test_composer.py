"""What is typed: kept until it is sent, and sent by the right keys alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.chat import Chat
from tests.browser.model import Model
from tests.browser.test_accounts import fill_in, name, sign_up

STORED = "JSON.stringify([Object.values(localStorage), Object.values(sessionStorage)])"
KEPT = """words => {
    const kept = [...Object.values(localStorage), ...Object.values(sessionStorage)];
    return kept.some((each) => each.includes(JSON.stringify(words).slice(1, -1)));
}"""
CLOSED = """{
    const get = () => { throw new DOMException("no", "SecurityError"); };
    for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, { get });
    }
}"""
GROWN_BY_SCRIPT = """{
    const supports = CSS.supports.bind(CSS);
    CSS.supports = (name, value) => name !== "field-sizing" && supports(name, value);
}"""
SAFARI = """field => {
    field.value = "日本";
    field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
    const fields = { key: "Enter", keyCode: 13, bubbles: true, cancelable: true };
    return field.dispatchEvent(new KeyboardEvent("keydown", fields));
}"""


def type_in(chat: Chat, words: str) -> None:
    """Types over what stands in the composer, and sees it kept."""
    chat.words.fill(words)
    chat.page.wait_for_function(KEPT, arg=words)


def test_each_place_keeps_what_was_typed_there(chat: Chat, model: Model, faults: list[str]) -> None:
    address = chat.talk(model, ("Name a colour.", "Red."))
    type_in(chat, "And a")
    chat.reload()
    expect(chat.words).to_have_value("And a")
    for path, words in (("/", "Something new"), ("/?assistant=coach", "Dear coach")):
        chat.open(path)
        expect(chat.words).to_have_value("")
        type_in(chat, words)
    for path, words in (("/", "Something new"), (address, "And a")):
        chat.open(path)
        expect(chat.words).to_have_value(words)
    chat.page.close()
    tab = Chat(chat.page.context.new_page(), chat.address)
    tab.open("/?assistant=coach")
    expect(tab.words).to_have_value("Dear coach")
    tab.open(address)
    expect(tab.words).to_have_value("And a")
    tab.words.press("Enter")
    model.asked().finish("Apple.")
    tab.see_end()
    tab.reload()
    expect(tab.questions).to_have_text(["Name a colour.", "And a"])
    expect(tab.words).to_have_value("")
    assert faults == []


def test_two_tabs_leave_each_others_words_alone(chat: Chat, model: Model) -> None:
    address = chat.talk(model, ("Name a colour.", "Red."))
    chat.reload()
    reading = chat.another_tab(address)
    type_in(chat, "typed in one")
    expect(reading.words).to_have_value("typed in one")
    other = chat.another_tab(address)
    type_in(other, "typed in the other")
    expect(chat.words).to_have_value("typed in one")
    chat.reload()
    expect(chat.words).to_have_value("typed in one")
    other.words.press("Enter")
    model.asked().finish("Yes.")
    other.see_end()
    expect(reading.words).to_have_value("")
    expect(chat.words).to_have_value("typed in one")


def test_what_could_not_be_sent_comes_back_in_front_of_what_was_typed_since(
    chat: Chat, model: Model
) -> None:
    held: list[Route] = []
    ids: list[str | None] = []

    def hold(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        ids.append(route.request.post_data)
        held.append(route)
        return None

    address = chat.talk(model, ("Name a colour.", "Red."))
    chat.page.route(f"**{address}", hold)
    chat.ask("And a fruit.")
    expect(chat.words).to_have_value("")
    chat.words.fill("Soon?")
    held.pop().fulfill(status=429, content_type="application/problem+json", body="{}")
    expect(chat.words).to_have_value("And a fruit.\n\nSoon?")
    expect(chat.trouble).to_contain_text("too much at once")
    expect(chat.questions).to_have_count(1)
    chat.reload()
    expect(chat.words).to_have_value("And a fruit.\n\nSoon?")
    chat.ask("Again")
    expect(chat.words).to_have_value("")
    held.pop().fulfill(status=429, content_type="application/problem+json", body="{}")
    expect(chat.words).to_have_value("Again")
    chat.reload()
    expect(chat.words).to_have_value("Again")
    chat.words.press("Enter")
    expect(chat.questions).to_have_count(2)
    name_of = [str(each).partition('name="client_id"')[2].split()[0] for each in ids]
    assert name_of[1] == name_of[2] != name_of[0]
    held.pop().continue_()
    model.asked().finish("Apple.")
    chat.see_end()


def test_an_edit_is_left_and_taken_up_again(chat: Chat, model: Model) -> None:
    chat.talk(model, ("Name a colour.", "Red."), ("And a fruit.", "Apple."))
    banner = chat.page.get_by_text("Ask this differently")
    chat.words.press("ArrowUp")
    expect(chat.words).to_have_value("And a fruit.")
    expect(banner).to_be_visible()
    expect(chat.words).to_be_focused()
    chat.words.press("Escape")
    expect(banner).to_be_hidden()
    expect(chat.words).to_have_value("")
    type_in(chat, "By the way")
    chat.words.press("ArrowUp")
    expect(banner).to_be_hidden()
    chat.questions.first.hover()
    chat.page.get_by_role("link", name="Edit and ask again").first.click()
    type_in(chat, "Name a river.")
    chat.reload()
    expect(banner).to_be_visible()
    expect(chat.words).to_have_value("Name a river.")
    chat.words.press("Enter")
    asked = model.asked()
    assert asked.question == "Name a river."
    expect(chat.words).to_have_value("By the way")
    asked.finish("Nile.")
    chat.see_end()
    chat.reload()
    expect(banner).to_be_hidden()
    expect(chat.questions).to_have_text(["Name a river."])
    expect(chat.words).to_have_value("By the way")


def test_nothing_typed_by_one_person_reaches_the_next(chat: Chat) -> None:
    email = sign_up(chat)
    type_in(chat, "Ann's secret")
    chat.page.get_by_role("button", name="Sign out").click()
    expect(chat.page.get_by_role("link", name="Sign in")).to_be_visible()
    expect(chat.words).to_have_value("")
    assert "secret" not in chat.page.evaluate(STORED)
    sign_up(chat)
    expect(chat.words).to_have_value("")
    type_in(chat, "Ben's secret")
    chat.page.context.clear_cookies()
    chat.open()
    expect(chat.words).to_have_value("")
    chat.page.get_by_role("link", name="Sign in").click()
    fill_in(chat, email, "Sign in")
    expect(name(chat)).to_have_text(email)
    expect(chat.words).to_have_value("")
    chat.page.wait_for_function(f"!{STORED}.includes('secret')")
    type_in(chat, "Ann's second secret")
    chat.page.goto(f"{chat.address}/settings")
    chat.page.get_by_role("button", name="Sign out").click()
    expect(chat.words).to_have_value("")
    assert "secret" not in chat.page.evaluate(STORED)


def test_a_browser_that_keeps_nothing_still_sends(visit: Callable[..., Chat], model: Model) -> None:
    chat = visit()
    chat.page.add_init_script(CLOSED)
    chat.open()
    chat.talk(model, ("Name a colour.", "Red."))
    chat.words.fill("And a")
    chat.questions.hover()
    chat.page.get_by_role("link", name="Edit and ask again").click()
    chat.words.press("Escape")
    expect(chat.words).to_have_value("And a")


def test_enter_in_the_middle_of_composing_sends_nothing(chat: Chat, model: Model) -> None:
    session = chat.page.context.new_cdp_session(chat.page)
    chat.words.focus()
    composing = {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    session.send("Input.imeSetComposition", composing)
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", key | {"type": "rawKeyDown"})
    session.send("Input.insertText", {"text": "日本"})
    expect(chat.words).to_have_value("日本")
    assert chat.words.evaluate(SAFARI), "Safari's Enter, which follows the end, was taken"
    expect(chat.questions).to_have_count(0)
    chat.words.press("Shift+Enter")
    chat.words.press_sequentially("とは？")
    chat.words.press("Enter")
    asked = model.asked()
    assert asked.question == "日本\nとは？"
    asked.finish("国です。")
    chat.see_end()


def test_on_a_phone_enter_breaks_the_line(visit: Callable[..., Chat], model: Model) -> None:
    size = {"width": 390, "height": 844}
    chat = visit(has_touch=True, is_mobile=True, viewport=size)
    expect(chat.words).to_have_attribute("enterkeyhint", "enter")
    chat.words.press_sequentially("One")
    chat.words.press("Enter")
    chat.words.press_sequentially("Two")
    expect(chat.words).to_have_value("One\nTwo")
    chat.page.get_by_role("button", name="Send").tap()
    asked = model.asked()
    assert asked.question == "One\nTwo"
    asked.finish("Three")
    chat.see_end()


@pytest.mark.parametrize("script", ["", GROWN_BY_SCRIPT], ids=["by itself", "by script"])
def test_the_composer_grows_up_to_a_limit_and_the_end_stays_in_view(
    visit: Callable[..., Chat], model: Model, script: str
) -> None:
    chat = visit(viewport={"width": 900, "height": 600})
    if script:
        chat.page.add_init_script(script)
        chat.open()
    chat.ask("Tell me.")
    model.asked().finish("A line.\n\n" * 40)
    chat.see_end()
    height = "field => field.offsetHeight"
    one = chat.words.evaluate(height)
    heights = []
    for count in (3, 6, 40):
        chat.words.fill("line\n" * count)
        heights.append(chat.words.evaluate(height))
        left = "log => log.scrollHeight - log.clientHeight - log.scrollTop"
        assert chat.page.get_by_role("log").evaluate(left) < 4
    assert one < heights[0] < heights[1] < heights[2] <= 600 * 0.4 + 1
    assert chat.words.evaluate("field => field.scrollHeight > field.clientHeight")
    chat.words.fill("")
    assert chat.words.evaluate(height) == one
