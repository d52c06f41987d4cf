"""Two people with two tabs each, all at once: every tab shows what is its own, and no more."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.line import Line
from tests.browser.model import Asked, Model
from tests.browser.test_accounts import sign_up

FEED = "/events"
SAID = {
    "Ann asks for a song.": ["La ", "la ", "**la**"],
    "Ann asks for a number.": ["1 ", "2 ", "3 ", "4"],
    "Bob asks for a song.": ["Do ", "re ", "mi"],
    "Bob asks for a number.": ["I ", "II ", "III ", "IV"],
}


def begin(tabs: dict[str, Chat], model: Model) -> dict[str, Asked]:
    """Asks in every tab before any is answered; what the model was asked, by the question."""
    for question, tab in tabs.items():
        tab.ask(question)
    asked = [model.asked() for _ in tabs]
    return {each.question: each for each in asked}


def speak_in_turns(asked: dict[str, Asked], tabs: dict[str, Chat]) -> None:
    """Says a word to each in turn, and sees it where it belongs and nowhere else."""
    heard = dict.fromkeys(tabs, "")
    for words in zip_longest(*SAID.values()):
        for question, word in zip(SAID, words, strict=True):
            if word:
                asked[question].say(word)
                heard[question] += word
        for question, tab in tabs.items():
            expect(tab.answer).to_have_text(heard[question].replace("*", ""))


def test_everybody_has_answers_of_their_own_in_every_tab(
    visit: Callable[..., Chat], model: Model, line: Line
) -> None:
    ann, bob = visit(), visit()
    for chat in (ann, bob):
        sign_up(chat)
        chat.open()
    tabs = dict(zip(SAID, (ann, ann.another_tab(), bob, bob.another_tab()), strict=True))
    faults = [complaints(tab.page) for tab in tabs.values()]
    asked = begin(tabs, model)
    speak_in_turns(asked, tabs)

    song, number, theirs, stopped = tabs.values()
    stopped.stop_button.click()
    stopped.see_end("stopped")
    asked["Bob asks for a number."].wait_until_left()
    for question in list(SAID)[:3]:
        asked[question].finish(".")
    for tab, said in ((song, "La la la."), (number, "1 2 3 4."), (theirs, "Do re mi.")):
        tab.see_end()
        expect(tab.answer).to_have_text(said)
    expect(song.answer.locator("strong")).to_have_text("la")

    line.wait_for(FEED, open=4)
    for tab, name in ((song, "Ann"), (number, "Ann"), (theirs, "Bob"), (stopped, "Bob")):
        expect(tab.listed).to_have_count(2)
        expect(tab.listed.filter(has_text=name)).to_have_count(2)
        expect(tab.marked).to_have_count(0)
    for question, tab in tabs.items():
        expect(tab.questions).to_have_text([question])
        assert [each["text"] for each in tab.stored() if each["role"] == "user"] == [question]
    assert stopped.stored()[-1]["text"] == "I II III IV"
    assert faults == [[], [], [], []]


def test_both_tabs_may_ask_in_one_conversation_at_once(
    chat: Chat, model: Model, line: Line, faults: list[str]
) -> None:
    address = chat.talk(model, ("Name a colour.", "Red."))
    there = chat.another_tab(address)
    line.wait_for(FEED, open=2)
    there.hide()  # else it may hear of the first question before it asks the second
    line.wait_for(FEED, open=1)
    tabs = {"And a fruit.": chat, "And a tree.": there}
    asked = begin(tabs, model)
    there.show()
    answers = {"And a tree.": "Oak.", "And a fruit.": "Apple."}
    for question, answer in answers.items():
        assert [words for _, words in asked[question].turns] == ["Name a colour.", "Red.", question]
        asked[question].finish(answer)
        tabs[question].see_end()
    line.wait_for(FEED, open=2)
    for tab in tabs.values():
        expect(tab.questions).to_have_count(2)
        tab.see_end()
    stored = {each["text"]: each for each in chat.stored()}
    assert set(stored) == {"Name a colour.", "Red.", *answers, *answers.values()}
    for question, answer in answers.items():
        assert stored[question]["parent_id"] == stored["Red."]["id"]
        assert stored[answer]["parent_id"] == stored[question]["id"]
    assert faults == []
