"""What an answer rests on, shown while it is being written."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.model import Asked, Model

NAME = "cloakroom.md"
RULE = "Every visitor hangs a purple raincoat on hook seventeen of the cloakroom."
WORDS = f"<img src=x onerror=alert(1)> {RULE}"


def _ask(chat: Chat, model: Model) -> Asked:
    """Adds a document, and asks what only it knows; the answer has not begun."""
    chat.talk(model, ("Good morning!", "Good morning."))
    token = chat.page.request.get(f"{chat.address}/api/me").json()["csrf_token"]
    added = chat.page.request.post(
        f"{chat.address}/api/documents",
        headers={"X-CSRFToken": token},
        multipart={"files": {"name": NAME, "mimeType": "text/plain", "buffer": WORDS.encode()}},
    )
    assert added.status == 202, added.text()
    chat.page.goto(f"{chat.address}/documents")
    expect(chat.page.locator(".document")).to_have_attribute("data-state", "ready")
    chat.open()
    chat.ask("On which hook does a visitor hang the purple raincoat?")
    return model.asked()


def test_sources_stand_there_before_the_first_word(
    chat: Chat, model: Model, faults: list[str]
) -> None:
    asked = _ask(chat, model)
    asked.think("Hm.")
    sources = chat.answers.last.locator(".sources")
    expect(sources.locator(".source__number")).to_have_text("1")
    expect(sources.locator(".source__toggle")).to_contain_text(NAME)
    expect(chat.answer).to_have_text("")
    sources.locator("summary").click()
    expect(sources.locator(".source__words")).to_contain_text(RULE)
    assert chat.page.locator(".sources img").count() == 0
    before = sources.inner_text()

    asked.say("Seventeen [1] [2] [")
    expect(chat.answer).to_have_text("Seventeen 1 [2] [")
    citation = chat.answer.locator("a")
    target = citation.get_attribute("href") or ""
    assert sources.locator(".source__body").get_attribute("id") == target.removeprefix("#")
    link = sources.get_by_role("link").get_attribute("href")

    asked.finish("1].")
    chat.see_end()
    expect(chat.answer).to_have_text("Seventeen 1 [2] 1.")
    assert citation.first.get_attribute("href") == target
    assert sources.inner_text() == before  # what was opened stays open
    assert sources.get_by_role("link").get_attribute("href") == link
    assert faults == []
