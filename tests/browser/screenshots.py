"""Takes pictures of the chat: `python -m tests.browser.screenshots [FOLDER]`.

Without a folder it makes docs/screenshots anew: the main pages. With one, it also takes there the
states of a chat that last a moment only. What is in the pictures is always the same.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import create_engine, select, update

from chatapp.models import Conversation, Document, now
from tests.browser.camera import SIZES, Camera
from tests.browser.chat import Chat
from tests.browser.conftest import ARGUMENTS
from tests.browser.model import Model, serving
from tests.support.instance import EMAIL, ROOT, Instance
from tests.support.processes import require, started

PICTURES = ROOT / "docs" / "screenshots"
ANSWER = (Path(__file__).parent / "answer.md").read_text()
HANDBOOK = ROOT / "bench" / "retrieval" / "documents" / "en"
SHELVES = ("people", "office")
ADDED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
YESTERDAY = (
    ("Why is the sky dark at night?", "Because the universe is young."),
    ("Explain the borrow checker like a librarian", "A book has one borrower at a time."),
)
TODAY = (
    ("Plan a week of simple dinners for two", "Gladly."),
    ("Translate a letter into Indonesian", "Dengan senang hati."),
)
CITED = (
    "Seven days of your holiday can be taken along into the next year [1]. They have to be used "
    "**by the end of May**; what is left then is lost, unless illness or a new child kept you from "
    "taking it [1]."
)


def take_pages(chat: Chat, model: Model, camera: Camera) -> None:
    """The main pages, with something in them."""
    chat.open()
    camera.take("new")
    for path in ("documents", "assistants"):
        chat.page.goto(f"{chat.address}/{path}")
        camera.take(path)
    chat.open()
    _talk(chat, model, "How many days of leave can I take into next year?", CITED)
    expect(chat.answers.last.locator(".source").first).to_be_visible()
    camera.take("sources")
    chat.open()
    _talk(chat, model, "How do server-sent events work?", ANSWER)
    _show_start(chat)
    camera.take("conversation")
    _take_streaming(chat, model, camera)


def take_states(chat: Chat, model: Model, camera: Camera) -> None:
    """What lasts a moment, one after the other."""
    _take_failure(chat, model, camera)
    _take_elsewhere(chat, model, camera)


def _take_streaming(chat: Chat, model: Model, camera: Camera) -> None:
    chat.ask("And with WebSockets?")
    asked = model.asked()
    asked.think("They run nginx, most likely.")
    asked.say(ANSWER[: len(ANSWER) // 4])
    expect(chat.answer).to_contain_text("Three things")
    camera.take("streaming")
    chat.stop_button.click()
    chat.see_end("stopped")


def _take_failure(chat: Chat, model: Model, camera: Camera) -> None:
    chat.ask("Are you still there?")
    model.asked().refuse(429, "slow down", **{"Retry-After": "30"})
    chat.see_end("failed")
    camera.take("failed")


def _take_elsewhere(chat: Chat, model: Model, camera: Camera) -> None:
    """What a tab shows of another one, and of a line that is lost."""
    there = chat.another_tab()
    there.ask("Plan a week of simple dinners for two, with what is in season")
    asked = model.asked()
    asked.say("Gladly.")
    expect(chat.marked).to_have_count(1)
    camera.take("answering-elsewhere")
    asked.finish()
    there.see_end()
    chat.page.context.set_offline(True)
    expect(chat.connection).to_contain_text("You are offline.")
    camera.take("offline")
    chat.page.context.set_offline(False)
    expect(chat.connection).to_have_text("")
    there.open(f"/c/{chat.see_address()}")
    current = there.page.locator('.conversation-item[data-state="current"]')
    current.hover()
    current.locator(".conversation-item__toggle").click()
    current.get_by_role("button", name="Delete", exact=True).click()
    expect(chat.page.get_by_text("was deleted in another tab")).to_be_visible()
    camera.take("deleted-elsewhere")


def _talk(chat: Chat, model: Model, question: str, answer: str) -> None:
    chat.ask(question)
    model.asked().finish(answer)
    chat.see_end()


def _show_start(chat: Chat) -> None:
    chat.reload()
    chat.page.locator("chat-conversation").evaluate("log => log.scrollTo(0, 0)")
    expect(chat.page.get_by_role("button", name="Go to the end")).to_be_visible()


def _fill(chat: Chat, model: Model, site: Instance) -> None:
    """Conversations of two days, and documents that were added on a certain one."""
    for question, answer in YESTERDAY:
        chat.open()
        _talk(chat, model, question, answer)
    site.flask("documents", "add", EMAIL, *(str(HANDBOOK / shelf) for shelf in SHELVES))
    engine = create_engine(f"sqlite:///{site.folder / 'chatapp.db'}")
    with engine.begin() as connection:
        yesterday = now() - timedelta(days=1)
        connection.execute(update(Conversation).values(updated_at=yesterday))
        for number, name in enumerate(connection.scalars(select(Document.name).order_by("name"))):
            added = {"created_at": ADDED - timedelta(days=number)}
            connection.execute(update(Document).where(Document.name == name).values(added))
    engine.dispose()
    for question, answer in TODAY:
        chat.open()
        _talk(chat, model, question, answer)


@contextmanager
def _chat(browser: Browser, model: Model, folder: Path) -> Iterator[Chat]:
    """The chat of somebody who has been there before."""
    base_url = f"http://127.0.0.1:{model.port}/v1"
    site = Instance(folder, {"OPENAI_BASE_URL": base_url, "CHATAPP_MODEL": "small-model"})
    password = secrets.token_hex()
    site.flask("users", "password", EMAIL, "--password-stdin", stdin=password)
    with started(site.gunicorn()) as server:
        page = browser.new_context(viewport=SIZES["desktop"], locale="en-GB").new_page()
        chat = Chat(page, f"http://127.0.0.1:{server.port}")
        page.goto(f"{chat.address}/login")
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        _fill(chat, model, site)
        yield chat


def main(folder: Path | None) -> None:
    """Starts what is needed, and takes the pictures."""
    binary = require("chromium", "chromium")
    target = folder or PICTURES
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.webp"):
        old.unlink()
    with TemporaryDirectory() as scratch, serving() as model, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        with _chat(browser, model, Path(scratch)) as chat:
            camera = Camera(chat.page, target)
            take_pages(chat, model, camera)
            if folder:
                take_states(chat, model, camera)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
