"""Asking, and watching the answer stream in."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import ELSEWHERE
from tests.browser.line import Line
from tests.browser.model import Model


def test_words_appear_as_the_model_says_them(chat: Chat, model: Model, faults: list[str]) -> None:
    chat.ask("Hello?")
    asked = model.asked()
    asked.say("One, ")
    expect(chat.answer).to_have_text("One, ")
    asked.say("two")
    expect(chat.answer).to_have_text("One, two")
    asked.finish(", **three**.")
    chat.see_end()
    expect(chat.answer.locator("strong")).to_have_text("three")
    assert [message["text"] for message in chat.stored()] == ["Hello?", "One, two, **three**."]
    assert faults == []


def test_the_question_appears_at_once(chat: Chat, model: Model) -> None:
    chat.ask("Are you there?")
    expect(chat.questions).to_have_text("Are you there?")
    expect(chat.words).to_have_value("")
    expect(chat.answers).to_have_attribute("data-state", "pending")
    model.asked().finish("Yes.")
    chat.see_end()


def test_the_page_says_that_an_answer_is_being_written(chat: Chat, model: Model) -> None:
    log = chat.page.get_by_role("log")
    chat.ask("Hello?")
    asked = model.asked()
    expect(log).to_have_attribute("aria-busy", "true")
    expect(chat.status).to_have_text("Writing the answer …")
    expect(chat.stop_button).to_be_visible()
    asked.finish("Hi.")
    chat.see_end()
    expect(log).to_have_attribute("aria-busy", "false")
    expect(chat.status).to_have_text("The answer is ready.")
    expect(chat.stop_button).to_be_hidden()


def test_a_new_chat_gets_an_address_and_a_place_in_the_list(chat: Chat, model: Model) -> None:
    chat.ask("What is a greenlet?\nPlease be brief.")
    model.asked().finish("A small thread.")
    chat.see_end()
    chat.see_address()
    expect(chat.listed).to_have_text(["What is a greenlet?"])
    expect(chat.page.get_by_role("heading", level=1)).to_have_text("What is a greenlet?")


def test_a_second_question_follows_the_first(chat: Chat, model: Model) -> None:
    for question, answer in (("First?", "One."), ("Second?", "Two.")):
        chat.ask(question)
        asked = model.asked()
        asked.finish(answer)
        expect(chat.answer).to_have_text(answer)
        chat.see_end()
    assert [words for _, words in asked.turns] == ["First?", "One.", "Second?"]
    expect(chat.questions).to_have_text(["First?", "Second?"])
    expect(chat.listed).to_have_count(1)


def test_a_reload_in_mid_answer_goes_on(chat: Chat, model: Model) -> None:
    chat.ask("Tell me a story.")
    asked = model.asked()
    asked.say("Once upon a time\n\nthere was ")
    expect(chat.answer).to_contain_text("there was")
    chat.reload()
    expect(chat.answer).to_contain_text("there was")
    expect(chat.stop_button).to_be_visible()
    asked.say("a fox 🦊")
    expect(chat.answer).to_contain_text("there was a fox 🦊")
    asked.finish(".")
    chat.see_end()
    assert chat.answer.locator("p").all_inner_texts() == ["Once upon a time", "there was a fox 🦊."]
    assert chat.stored()[-1]["text"] == "Once upon a time\n\nthere was a fox 🦊."


def test_the_page_that_streams_by_itself_ends_as_it_is_stored(chat: Chat, model: Model) -> None:
    chat.ask("Hello?")
    asked = model.asked()
    asked.say("One, ")
    expect(chat.answer).to_have_text("One, ")
    address = f"{chat.address}/c/{chat.see_address()}"
    chat.page.goto(f"{address}?stream=1", wait_until="commit")
    expect(chat.answer).to_have_text("One, ")
    asked.finish("**two**.")
    chat.see_end()
    expect(chat.answer.locator("strong")).to_have_text("two")
    assert chat.page.url.partition("?")[0] == address
    assert "stream" not in chat.page.url


def test_a_cut_line_is_mended_without_a_gap(chat: Chat, model: Model, line: Line) -> None:
    chat.ask("Count.")
    asked = model.asked()
    asked.say("1 ")
    expect(chat.answer).to_have_text("1 ")
    for number in range(2, 5):
        line.cut()
        asked.say(f"{number} ")
        expect(chat.answer).to_contain_text(f"{number} ")
    asked.finish("5")
    chat.see_end()
    expect(chat.answer).to_have_text("1 2 3 4 5")


def test_words_that_could_not_be_sent_come_back(chat: Chat, model: Model, line: Line) -> None:
    line.down = True
    line.cut()
    chat.ask("Can you hear me?")
    expect(chat.trouble).to_contain_text("could not be reached")
    expect(chat.words).to_have_value("Can you hear me?")
    expect(chat.questions).to_have_count(0)
    line.down = False
    chat.words.press("Enter")
    model.asked().finish("Yes.")
    chat.see_end()
    expect(chat.trouble).to_be_hidden()
    assert [message["text"] for message in chat.stored()] == ["Can you hear me?", "Yes."]


def test_a_long_answer_arrives_whole(chat: Chat, model: Model) -> None:
    words = [f"word{number} " for number in range(3000)]
    chat.ask("Write a lot.")
    asked = model.asked()
    for word in words:
        asked.say(word)
    expect(chat.answer).to_contain_text("word2999 ")
    assert chat.answer.text_content() == "".join(words)
    asked.finish()
    chat.see_end()
    assert chat.stored()[-1]["text"] == "".join(words)


def test_thoughts_are_folded(chat: Chat, model: Model) -> None:
    chat.ask("What is 2 + 2?")
    asked = model.asked()
    asked.think("Let me add.")
    thoughts = chat.answers.last.locator("details.reasoning")
    expect(thoughts).to_be_visible()
    expect(thoughts.get_by_text("Let me add.")).to_be_hidden()
    thoughts.get_by_text("Thoughts").click()
    expect(thoughts.get_by_text("Let me add.")).to_be_visible()
    asked.finish("4")
    chat.see_end()
    expect(thoughts.get_by_text("Let me add.")).to_be_visible()


def test_an_answer_without_a_named_finish_says_so(chat: Chat, model: Model) -> None:
    chat.ask("Hello?")
    model.asked().finish("Hi", reason=None)
    chat.see_end()
    expect(chat.answers.last).to_contain_text("did not say that it had finished")


def test_words_and_code_can_be_copied_on_plain_http(chat: Chat, model: Model) -> None:
    chat.address = chat.address.replace("127.0.0.1", ELSEWHERE)
    chat.open()
    chat.ask("Code, please.")
    model.asked().finish("*Here*:\n\n```python\nprint(1)\n```\n")
    chat.see_end()
    assert not chat.page.evaluate("isSecureContext || 'clipboard' in navigator")
    copy_code = chat.answers.last.get_by_role("button", name="Copy code")
    copy_code.click()
    expect(chat.status).to_have_text("Copied")
    expect(copy_code).to_be_focused()
    chat.words.press("Control+V")
    expect(chat.words).to_have_value("print(1)\n")
    chat.words.fill("")
    chat.answers.last.get_by_role("button", name="Copy", exact=True).click()
    expect(chat.answers.last.get_by_role("button", name="Copied")).to_be_visible()
    chat.words.press("Control+V")
    expect(chat.words).to_have_value("*Here*:\n\n```python\nprint(1)\n```\n")
