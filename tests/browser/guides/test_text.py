"""Plain text read with `fetch`: what the page shows, and what it does when things go wrong."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.guides.conftest import Guide
from tests.browser.line import Line
from tests.browser.model import Model

STREAM = "/api/chat/stream"
EMPTY = "Send a message to start chatting!"


def test_an_answer_grows_behind_a_pulsing_cursor(
    show: Callable[..., Guide], faults: Callable[[Guide], list[str]], model: Model
) -> None:
    guide = show("text")
    complaints = faults(guide)
    expect(guide.page.get_by_text(EMPTY)).to_be_visible()
    guide.ask("Why?")
    expect(guide.page.get_by_text(EMPTY)).to_be_hidden()
    expect(guide.send).to_have_text("Stop")
    expect(guide.cursor).to_have_count(1)
    asked = model.asked()
    asked.say("Be")
    expect(guide.answer).to_have_text("Be")
    expect(guide.status).to_have_text("2 characters so far")
    asked.finish("cause.")
    expect(guide.answer).to_have_text("Because.")
    expect(guide.cursor).to_have_count(0)
    expect(guide.send).to_have_text("Send")
    guide.ask("And then?")
    asked = model.asked()
    assert asked.turns[1:] == [("user", "Why?"), ("assistant", "Because."), ("user", "And then?")]
    asked.finish("So.")
    expect(guide.answer).to_have_text("So.")
    assert complaints == []


def test_stop_frees_the_model(show: Callable[..., Guide], model: Model) -> None:
    guide = show("text")
    guide.ask("Why?")
    asked = model.asked()
    asked.say("Be")
    expect(guide.answer).to_have_text("Be")
    guide.send.click()
    asked.wait_until_left()
    expect(guide.answer).to_have_text("BeStopped.")
    expect(guide.trouble).to_have_count(0)
    expect(guide.send).to_have_text("Send")


def test_a_failure_is_told_in_a_bubble(show: Callable[..., Guide], model: Model) -> None:
    guide = show("text")
    guide.ask("Why?")
    model.asked().refuse(401, "bad key")
    expect(guide.trouble).to_have_count(1)
    expect(guide.page.locator(".bubble--answer")).to_have_count(0)
    guide.ask("And then?")
    asked = model.asked()
    asked.say("Be")
    expect(guide.answer).to_have_text("Be")
    asked.fail()
    expect(guide.trouble.last).to_have_text("The answer broke off.")
    expect(guide.answer).to_have_text("Be")


def test_a_line_that_breaks_is_tried_again(
    show: Callable[..., Guide], model: Model, line: Line
) -> None:
    guide = show("text")
    guide.ask("Why?")
    first = model.asked()
    first.say("Be")
    expect(guide.answer).to_have_text("Be")
    line.cut()
    first.wait_until_left()  # the request was the run
    again = model.asked()
    again.finish("Because.")
    expect(guide.answer).to_have_text("Because.")
    expect(guide.trouble).to_have_count(0)


def test_words_are_painted_once_a_frame(show: Callable[..., Guide], model: Model) -> None:
    guide = show("text")
    guide.ask("Count.")
    asked = model.asked()
    asked.say("0 ")
    expect(guide.answer).to_have_text("0 ")
    guide.page.evaluate(
        """() => {
            window.paints = window.frames_ = 0;
            const count = () => { window.frames_++; requestAnimationFrame(count); };
            requestAnimationFrame(count);
            new MutationObserver(() => window.paints++).observe(
                document.querySelector(".bubble--answer").firstChild, { characterData: true });
        }"""
    )
    for number in range(1, 400):
        asked.say(f"{number} ")
    asked.finish("400")
    expect(guide.answer).to_have_text(" ".join(map(str, range(401))))
    paints, frames = guide.page.evaluate("[window.paints, window.frames_]")
    assert paints <= frames + 1  # the end paints what is left
