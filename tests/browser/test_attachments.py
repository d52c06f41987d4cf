"""Files with a question in a real browser: chosen, pasted, dropped, and by the form alone."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from chatapp.chat import picture_headers
from chatapp.chat.picture_headers import Look
from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.model import Model
from tests.browser.test_documents import DROP, file
from tests.support.pictures import bmp, png

LEAVE = "# Sick leave\n\nTell the office on the first day.\n"
PASTE = """([name, words]) => {
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([words], name));
  const options = { bubbles: true, cancelable: true, clipboardData };
  document.querySelector("#words").dispatchEvent(new ClipboardEvent("paste", options));
}"""


@pytest.fixture
def page(chat: Chat) -> Page:
    return chat.page


def choose(page: Page, *files: FilePayload) -> None:
    """Chooses files by the button."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(list(files))


def drop(page: Page, *files: tuple[str, str]) -> None:
    """Drops files on the middle of the page."""
    page.evaluate(DROP, [400, 300, list(files)])


def chip(page: Page, name: str) -> Locator:
    return page.locator(".attachment", has_text=name)


def attached(page: Page) -> Locator:
    """What the questions show that came with them."""
    return page.locator("chat-question .attached__name")


def see_states(page: Page, states: dict[str, str]) -> None:
    for name, state in states.items():
        expect(chip(page, name)).to_have_attribute("data-state", state)


def names(message: dict[str, Any]) -> Iterable[str]:
    return [each["name"] for each in message["attachments"]]


def test_a_first_time_visitor_asks_about_files(
    chat: Chat, page: Page, model: Model, faults: list[str]
) -> None:
    choose(page, file("leave.md", LEAVE), file("b.txt", "Bring a cup."))
    drop(page, ("c.txt", "Bring a plate."))
    page.evaluate(PASTE, ["d.txt", "Bring a fork."])
    see_states(page, dict.fromkeys(("leave.md", "b.txt", "c.txt", "d.txt"), "ready"))
    page.get_by_role("button", name="Remove b.txt").click()
    expect(page.get_by_role("button", name="Remove c.txt")).to_be_focused()
    chat.ask("Whom do I tell that I am ill, the office?")
    expect(attached(page)).to_have_text(["leave.md", "c.txt", "d.txt"])
    expect(page.locator(".attachment")).to_have_count(0)
    asked = model.asked()
    assert "on the first day" in asked.question
    asked.finish("The office.")
    chat.see_end()
    chat.ask("And else?")
    model.asked().finish("Nobody.")
    chat.see_end()
    chat.reload()
    expect(attached(page)).to_have_text(["leave.md", "c.txt", "d.txt"])
    stored = chat.stored()
    assert names(stored[0]) == ["leave.md", "c.txt", "d.txt"]
    assert names(stored[2]) == []
    page.get_by_role("link", name="leave.md").click()
    expect(page.get_by_text("Tell the office on the first day.")).to_be_visible()
    assert faults == []


def test_a_question_waits_for_its_files(chat: Chat, page: Page, model: Model) -> None:
    states = iter([*["indexing"] * 2, "ready"])
    seen: list[str] = []

    def tell(route: Any) -> None:
        response = route.fetch()
        seen.append(next(states, "ready"))
        route.fulfill(response=response, json=response.json() | {"state": seen[-1]})

    page.route("**/api/documents/*", tell)
    page.route("**/attachments", lambda route: _queued(route))
    choose(page, file("leave.md", LEAVE))
    chat.ask("Whom do I tell, the office?")
    expect(page.get_by_text("Your question goes as soon as its files are read.")).to_be_visible()
    expect(chat.questions).to_have_text(["Whom do I tell, the office?"])
    assert seen == ["indexing", "indexing", "ready"]
    model.asked().finish("The office.")
    chat.see_end()
    expect(chat.words).to_have_value("")


def _queued(route: Any) -> None:
    """What was read already counts as waiting, as in a server that has more to do."""
    response = route.fetch()
    items = [each | {"state": "queued"} for each in response.json()["items"]]
    route.fulfill(response=response, json={"items": items, "next": None})


def test_what_cannot_be_read_is_said_and_the_person_decides(
    chat: Chat, page: Page, model: Model
) -> None:
    choose(page, file("song.mp3", b"ID3\x04\x00" + b"\x00" * 64), file("a.md", LEAVE))
    see_states(page, {"song.mp3": "failed", "a.md": "ready"})
    expect(chip(page, "song.mp3")).to_contain_text("This is a recording")
    chat.ask("Whom do I tell?")
    expect(chat.trouble).to_contain_text("Send again to ask without those.")
    assert model.questions.empty()
    chat.words.press("Enter")
    expect(attached(page)).to_have_text(["a.md"])
    model.asked().finish("The office.")
    chat.see_end()


def test_files_come_back_with_words_that_could_not_be_sent(
    chat: Chat, page: Page, model: Model
) -> None:
    choose(page, file("a.md", LEAVE))
    see_states(page, {"a.md": "ready"})
    page.route("**/", lambda route: route.abort() if route.request.method == "POST" else None)
    chat.ask("Whom do I tell?")
    expect(chat.trouble).to_be_visible()
    see_states(page, {"a.md": "ready"})
    expect(chat.questions).to_have_count(0)
    page.unroute("**/")
    chat.words.press("Enter")
    model.asked().finish("The office.")
    chat.see_end()
    assert names(chat.stored()[0]) == ["a.md"]


def test_an_edited_question_keeps_its_files(chat: Chat, page: Page, model: Model) -> None:
    choose(page, file("a.md", LEAVE), file("b.md", "# Cups\n\nBring a cup.\n"))
    see_states(page, {"a.md": "ready", "b.md": "ready"})
    chat.talk(model, ("Whom do I tell?", "The office."))
    edit = page.get_by_role("link", name="Edit and ask again")
    edit.click()
    see_states(page, {"a.md": "ready", "b.md": "ready"})
    page.get_by_role("link", name="Leave the question as it was").click()
    expect(page.locator(".attachment")).to_have_count(0)
    edit.click()
    page.get_by_role("button", name="Remove a.md").click()
    chat.ask("What do I bring?")
    expect(attached(page)).to_have_text(["b.md"])
    model.asked().finish("A cup.")
    chat.see_end()
    assert names(chat.stored()[-2]) == ["b.md"]


def test_without_scripts_they_go_with_the_form(plain_chat: Chat, model: Model) -> None:
    page = plain_chat.page
    page.locator("summary", has=page.locator("svg")).first.click()
    page.get_by_label("Files to attach").set_input_files([file("leave.md", LEAVE)])
    plain_chat.words.fill("Whom do I tell that I am ill, the office?")
    page.get_by_role("button", name="Send").click(no_wait_after=True)
    asked = model.asked()
    assert "on the first day" in asked.question
    asked.finish("The office.")
    plain_chat.see_end()
    expect(attached(page)).to_have_text(["leave.md"])


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_model_sees_a_picture(visit: Callable[..., Chat], model: Model, scripts: bool) -> None:
    chat = visit(java_script_enabled=scripts)
    page = chat.page
    heard = complaints(page)
    picture = file("cat on a wall.png", png(3000, 1500))
    if scripts:
        screen = FilePayload(name="screen.bmp", mimeType="image/bmp", buffer=bmp(30, 20))
        choose(page, picture, screen)
        see_states(page, {"cat on a wall.png": "ready", "screen.bmp": "ready"})
        expect(chip(page, "cat on a wall.png").locator("img")).to_have_js_property("complete", True)
    else:
        page.locator(".composer__files summary").click()
        page.get_by_label("Files to attach").set_input_files([picture])
    chat.words.fill("What is this?")
    page.get_by_role("button", name="Send").click(no_wait_after=True)
    asked = model.asked()
    words, *pictures = asked.turns[-1][1]
    assert words == {"type": "text", "text": "What is this?"}
    urls = [each["image_url"]["url"] for each in pictures]
    looks = [picture_headers.look(b64decode(url.partition(",")[2])) for url in urls]
    small, made = Look("image/png", 2048, 1024), Look("image/jpeg", 30, 20)
    assert looks == ([small, made] if scripts else [Look("image/png", 3000, 1500)])
    asked.finish("A cat.")
    chat.see_end()
    seen = page.get_by_role("img", name="cat on a wall.png")
    expect(seen).to_be_visible()
    if scripts:
        assert seen.evaluate("async (picture) => (await picture.decode(), picture.naturalWidth)")
        chat.reload()
        expect(seen).to_be_visible()
        page.get_by_role("link", name="Edit and ask again").click()
        see_states(page, {"cat on a wall.png": "ready", "screen.jpg": "ready"})
    with page.context.expect_page() as opened:
        seen.click()
    assert opened.value.url.startswith(f"{chat.address}/images/")
    assert heard == []
