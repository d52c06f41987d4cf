"""Reloading, over and over."""

from __future__ import annotations

from random import Random

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.model import Model

MOMENTS = 50
PIECES = ("one ", "zwei ", "três ", "四 ", "🦊 ", "👩‍👩‍👧 ", "a‍b ", "é̂ ", "<b> ", "& ")


def test_fifty_reloads_of_one_answer_lose_and_double_nothing(chat: Chat, model: Model) -> None:
    random = Random(MOMENTS)
    chat.ask("Tell me a story.")
    asked = model.asked()
    chat.see_address()
    said = ""
    for moment in range(MOMENTS):
        for piece in random.choices(PIECES, k=random.randint(1, 6)):
            asked.say(piece)
            said += piece
        chat.reload()  # wherever the last words are by now: in the model, the server, the page
        expect(chat.answer).to_have_text(said)
        assert chat.answer.text_content() == said, moment
    asked.finish("The end.")
    chat.see_end()
    (_, answer) = chat.stored()
    assert answer["text"] == f"{said}The end."
    expect(chat.answer).to_have_text(answer["text"])
