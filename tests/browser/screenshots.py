"""Takes pictures of the chat: `python -m tests.browser.screenshots [FOLDER]`.

Without a folder it takes the README's picture, docs/screenshots/chat.png; with one, each state of
the chat, at three widths and in both themes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.chat import Chat
from tests.browser.conftest import ARGUMENTS
from tests.browser.model import Model, serving
from tests.support.instance import ROOT, Instance
from tests.support.processes import require, started

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}
ANSWER = (Path(__file__).parent / "answer.md").read_text()
EARLIER = (
    ("Plan a week of simple dinners for two", "Gladly."),
    ("Why is the sky dark at night?", "Because the universe is young."),
    ("Translate a letter into Indonesian", "Dengan senang hati."),
    ("Explain the borrow checker like a librarian", "A book has one borrower at a time."),
)


def take_one(chat: Chat, model: Model, file: Path) -> None:
    """The picture of the README."""
    for question, answer in EARLIER:
        chat.open()
        _talk(chat, model, question, answer)
    chat.open()
    _talk(chat, model, "How do server-sent events work?", ANSWER)
    _show_start(chat)
    chat.page.screenshot(path=file, animations="disabled")


def take_all(chat: Chat, model: Model, folder: Path) -> None:
    """All states, one after the other."""
    _take(chat.page, folder, "new")
    take_one(chat, model, folder / "chat.png")
    _take(chat.page, folder, "conversation")
    _take_streaming(chat, model, folder)
    _take_failure(chat, model, folder)
    _take_elsewhere(chat, model, folder)


def _take_streaming(chat: Chat, model: Model, folder: Path) -> None:
    chat.ask("And behind a proxy?")
    asked = model.asked()
    asked.think("They run nginx, most likely.")
    asked.say(ANSWER[: len(ANSWER) // 4])
    expect(chat.answer).to_contain_text("Three things")
    _take(chat.page, folder, "streaming")
    chat.stop_button.click()
    chat.see_end("stopped")
    _take(chat.page, folder, "stopped")


def _take_failure(chat: Chat, model: Model, folder: Path) -> None:
    chat.ask("Are you still there?")
    model.asked().refuse(429, "slow down", **{"Retry-After": "30"})
    chat.see_end("failed")
    _take(chat.page, folder, "failed")


def _take_elsewhere(chat: Chat, model: Model, folder: Path) -> None:
    """What a tab shows of another one, and of a line that is lost."""
    there = chat.another_tab()
    there.ask("Plan a week of simple dinners for two, with what is in season")
    asked = model.asked()
    asked.say("Gladly.")
    expect(chat.marked).to_have_count(1)
    _take(chat.page, folder, "answering-elsewhere")
    asked.finish()
    there.see_end()
    chat.page.context.set_offline(True)
    expect(chat.connection).to_contain_text("You are offline.")
    _take(chat.page, folder, "offline")
    chat.page.context.set_offline(False)
    expect(chat.connection).to_have_text("")
    there.open(f"/c/{chat.see_address()}")
    current = there.page.locator('.conversation-item[data-state="current"]')
    current.hover()
    current.locator(".conversation-item__toggle").click()
    current.get_by_role("button", name="Delete", exact=True).click()
    expect(chat.page.get_by_text("was deleted in another tab")).to_be_visible()
    _take(chat.page, folder, "deleted-elsewhere")


def _talk(chat: Chat, model: Model, question: str, answer: str) -> None:
    chat.ask(question)
    model.asked().finish(answer)
    chat.see_end()


def _show_start(chat: Chat) -> None:
    chat.reload()
    chat.page.locator("chat-conversation").evaluate("log => log.scrollTo(0, 0)")
    expect(chat.page.get_by_role("button", name="Go to the end")).to_be_visible()


def _take(page: Page, folder: Path, name: str) -> None:
    before = page.viewport_size
    for device, (width, height) in SIZES.items():
        page.set_viewport_size(ViewportSize(width=width, height=height))
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="light" if theme == "light" else "dark")
            page.screenshot(path=folder / f"{name}-{device}-{theme}.png", animations="disabled")
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)


@contextmanager
def _chat(browser: Browser, model: Model, folder: Path) -> Iterator[Chat]:
    base_url = f"http://127.0.0.1:{model.port}/v1"
    site = Instance(folder, {"OPENAI_BASE_URL": base_url, "CHATAPP_MODEL": "gpt-4o-mini"})
    with started(site.gunicorn()) as server:
        width, height = SIZES["desktop"]
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        chat = Chat(page, f"http://127.0.0.1:{server.port}")
        chat.open()
        yield chat


def main(folder: Path | None) -> None:
    """Starts what is needed, and takes the pictures."""
    binary = require("chromium", "chromium")
    with TemporaryDirectory() as scratch, serving() as model, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        with _chat(browser, model, Path(scratch)) as chat:
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
                take_all(chat, model, folder)
            else:
                take_one(chat, model, ROOT / "docs" / "screenshots" / "chat.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
