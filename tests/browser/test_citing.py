"""What an answer rests on, shown while it is being written."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

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


def _previewed(chat: Chat) -> tuple[Locator, Locator]:
    """The preview, and the number it belongs to, once the page offers it."""
    expect(chat.page.locator("html")).to_have_attribute("data-previews", "ready")
    return chat.page.locator(".preview"), chat.answer.locator("a")


def _see_inside(chat: Chat, preview: Locator) -> None:
    """Waits for a preview; it is wholly in view."""
    expect(preview).to_contain_text(RULE)
    expect(preview).to_contain_text(NAME)
    assert preview.locator("img").count() == 0
    box, view = preview.bounding_box(), chat.page.viewport_size
    assert box
    assert view
    assert 0 <= box["x"] <= box["x"] + box["width"] <= view["width"]
    assert 0 <= box["y"] <= box["y"] + box["height"] <= view["height"]


def test_a_source_is_previewed_where_it_is_cited(
    chat: Chat, model: Model, faults: list[str]
) -> None:
    _ask(chat, model).finish("It hangs on hook seventeen [1].")
    chat.see_end()
    preview, citation = _previewed(chat)
    requests: list[str] = []
    chat.page.on("request", lambda request: requests.append(request.url))
    citation.hover()
    _see_inside(chat, preview)
    preview.hover()
    chat.words.hover()
    expect(preview).to_have_count(0)
    citation.hover()
    expect(preview).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    chat.words.hover()

    citation.focus()
    chat.page.keyboard.press("Shift+Tab")
    chat.page.keyboard.press("Tab")
    _see_inside(chat, preview)
    expect(citation).to_have_attribute("aria-describedby", "preview-title")
    chat.page.keyboard.press("Tab")
    expect(chat.page.locator(".source__toggle")).to_be_focused()
    _see_inside(chat, preview)
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator(".source__words")).to_contain_text(RULE)
    expect(preview).to_have_count(0)
    assert [url for url in requests if "/sources/" in url or "/m/" in url] == []
    assert faults == []


def test_a_finger_sees_the_source_first_and_then_goes_there(
    visit: Callable[..., Chat], model: Model
) -> None:
    chat = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    _ask(chat, model).finish("It hangs on hook seventeen [1].")
    chat.see_end()
    preview, citation = _previewed(chat)
    citation.tap()
    _see_inside(chat, preview)
    assert "#source" not in chat.page.url
    chat.heading.tap()
    expect(preview).to_have_count(0)
    citation.tap()
    expect(preview).to_be_visible()
    citation.tap()
    expect(preview).to_have_count(0)
    expect(chat.page.locator(".source__words")).to_contain_text(RULE)
    assert "#source" in chat.page.url
