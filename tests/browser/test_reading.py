"""Reading while the answer grows; writing in every script; nothing hostile comes alive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chat import Chat
from tests.browser.model import Asked, Model

HOSTILE = (
    "<script>document.title = 'taken'</script>"
    "<img src=x onerror=\"document.title = 'taken'\">"
    "<svg onload=\"document.title = 'taken'\">"
    "[click](javascript:document.title='taken') "
    "</textarea></title></template><iframe src=javascript:alert(1)>"
)
SCREENFUL = "\n\n".join(f"Paragraph {number}." for number in range(60))


def _scroll_top(chat: Chat) -> float:
    return float(chat.page.evaluate("document.querySelector('chat-conversation').scrollTop"))


def _distance_to_end(chat: Chat) -> float:
    script = "(log => log.scrollHeight - log.clientHeight - log.scrollTop)"
    return float(chat.page.evaluate(f"{script}(document.querySelector('chat-conversation'))"))


def _grow(chat: Chat, asked: Asked, words: str) -> None:
    asked.say(f"\n\n{words}")
    expect(chat.answer).to_contain_text(words)


def test_the_page_scrolls_along(chat: Chat, model: Model) -> None:
    chat.ask("Write a lot.")
    asked = model.asked()
    asked.say(SCREENFUL)
    _grow(chat, asked, "The last of it.")
    expect(chat.page.get_by_text("The last of it.")).to_be_in_viewport()
    asked.finish()
    chat.see_end()
    assert _distance_to_end(chat) <= 4


def test_a_reader_who_scrolled_up_is_not_dragged(chat: Chat, model: Model) -> None:
    asked, to_end = _scroll_up(chat, model)
    before = _settled(chat)
    for number in range(5):
        _grow(chat, asked, f"More {number}.")
    assert _scroll_top(chat) == before
    asked.finish()
    chat.see_end()
    assert _scroll_top(chat) == pytest.approx(before, abs=60)  # blocks take their final form
    to_end.click()
    assert _distance_to_end(chat) <= 4
    expect(to_end).to_be_hidden()


def test_what_is_out_of_sight_keeps_its_place(chat: Chat, model: Model) -> None:
    """It is not laid out until it comes near; what is read then stays where it is."""
    long = [(f"Question {number}?", f"Answer {number}.\n\n{SCREENFUL}") for number in range(6)]
    for question, answer in long:
        chat.ask(question)
        model.asked().finish(answer)
        chat.see_end()
    chat.reload()
    expect(chat.answer.get_by_text("Paragraph 59.")).to_be_in_viewport()
    assert _distance_to_end(chat) <= 4
    id = chat.answers.nth(1).get_attribute("id")
    chat.open(f"/c/{chat.see_address()}#{id}")
    expect(chat.page.get_by_text("Answer 1.")).to_be_in_viewport()
    chat.page.get_by_text("Question 0?").last.scroll_into_view_if_needed()
    expect(chat.page.get_by_text("Question 0?").last).to_be_in_viewport()
    chat.page.get_by_role("button", name="Go to the end").click()
    assert _distance_to_end(chat) <= 4


def test_coming_back_to_the_end_takes_hold_again(chat: Chat, model: Model) -> None:
    asked, to_end = _scroll_up(chat, model)
    chat.page.mouse.wheel(0, 3000)
    expect(to_end).to_be_hidden()
    _grow(chat, asked, "The last of it.")
    expect(chat.page.get_by_text("The last of it.")).to_be_in_viewport()
    asked.finish()
    chat.see_end()


def _scroll_up(chat: Chat, model: Model) -> tuple[Asked, Locator]:
    """Scrolls away from the end of an answer that grows; the way back is offered then."""
    chat.ask("Write a lot.")
    asked = model.asked()
    asked.say(SCREENFUL)
    expect(chat.answer).to_contain_text("Paragraph 59.")
    chat.page.get_by_role("log").hover()
    chat.page.mouse.wheel(0, -300)
    to_end = chat.page.get_by_role("button", name="Go to the end")
    expect(to_end).to_be_visible()
    return asked, to_end


def _settled(chat: Chat) -> float:
    """Where the scroller rests once a wheel's movement has ended."""
    script = """log => new Promise(resolve => {
        let last = -1;
        const look = () => {
            if (log.scrollTop === last) return resolve(last);
            last = log.scrollTop;
            requestAnimationFrame(() => requestAnimationFrame(look));
        };
        look();
    })"""
    return float(chat.page.locator("chat-conversation").evaluate(script))


def test_shift_enter_breaks_the_line(chat: Chat, model: Model) -> None:
    chat.words.fill("first")
    chat.words.press("Shift+Enter")
    chat.words.press_sequentially("second")
    chat.words.press("Enter")
    asked = model.asked()
    assert asked.question == "first\nsecond"
    asked.finish("Hm.")
    chat.see_end()


@pytest.mark.parametrize(
    "press",
    [
        {"key": "Enter", "isComposing": True},
        {"key": "Enter", "keyCode": 229},
        {"key": "Enter", "after": "compositionend"},
    ],
    ids=["composing", "key-229", "just-after-composing"],
)
def test_enter_does_not_send_while_a_word_is_composed(
    chat: Chat, model: Model, press: dict[str, object]
) -> None:
    chat.words.fill("こんにちは")
    script = """(field, {after, ...press}) => {
        if (after) field.dispatchEvent(new CompositionEvent(after));
        field.dispatchEvent(new KeyboardEvent("keydown", {...press, bubbles: true}));
    }"""
    chat.words.evaluate(script, press)
    expect(chat.words).to_have_value("こんにちは")
    expect(chat.questions).to_have_count(0)
    chat.page.get_by_role("button", name="Send").click()
    assert model.asked().question == "こんにちは"


def test_blank_words_are_not_sent(chat: Chat) -> None:
    chat.ask(" \n ")
    expect(chat.questions).to_have_count(0)
    assert chat.page.url == chat.address + "/"


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_hostile_words_do_nothing(visit: Callable[..., Chat], model: Model, scripts: bool) -> None:
    chat = visit(java_script_enabled=scripts)
    dialogs: list[str] = []
    chat.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    chat.words.fill(HOSTILE)
    chat.page.get_by_role("button", name="Send").click(no_wait_after=True)
    asked = model.asked()
    asked.say(HOSTILE)
    expect(chat.answer).to_contain_text("<script>")
    asked.finish()
    chat.see_end()
    _check_nothing_lives(chat)
    chat.reload()
    _check_nothing_lives(chat)
    chat.page.get_by_role("link", name="Edit and ask again").click()
    expect(chat.words).to_have_value(HOSTILE)
    assert dialogs == []


def _check_nothing_lives(chat: Chat) -> None:
    expect(chat.questions).to_have_text(HOSTILE)
    expect(chat.listed).to_contain_text("<script>document.title = 'taken'</script>")
    assert "taken" not in chat.page.title().partition("<script>")[0]
    lively = "chat-question, chat-answer, .conversation-item"
    for kind in ("script", "img", "iframe", "[onload]", "[onerror]", "a[href^=javascript]"):
        expect(chat.page.locator(f":is({lively}) {kind}")).to_have_count(0)


def test_the_list_is_a_drawer_on_a_phone(visit: Callable[..., Chat], model: Model) -> None:
    chat = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    chat.ask("Name a colour.")
    model.asked().finish("Red.")
    chat.see_end()
    expect(chat.listed).to_be_hidden()
    chat.page.get_by_role("button", name="Conversations").tap()
    expect(chat.listed).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.listed).to_be_hidden()
    width = chat.page.evaluate("document.documentElement.scrollWidth")
    assert width == 390
