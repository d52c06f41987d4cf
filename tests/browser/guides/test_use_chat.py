"""The AI SDK's `useChat` in a browser, on another origin: what it shows, and what it resumes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.guides.pages import require_package, serving_pages
from tests.browser.line import Line
from tests.browser.model import Model
from tests.support.bundle import bundle
from tests.support.instance import Instance
from tests.support.processes import require, started

SOURCES = Path(__file__).parent / "use_chat"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of the page, whose packages are put into one file."""
    for package in ("esbuild", "ai-7", "@ai-sdk/react", "react-dom"):
        require_package(package)
    require("node", "nodejs")
    folder = tmp_path_factory.mktemp("use_chat")
    shutil.copy(SOURCES / "index.html", folder)
    (folder / "app.js").write_text(bundle(SOURCES / "app.js"))
    with serving_pages(folder) as origin:
        yield origin


@pytest.fixture(scope="module")
def open_site(
    tmp_path_factory: pytest.TempPathFactory, model_server: Model, pages: str
) -> Instance:
    """An installation that lets the page in."""
    settings = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model_server.port}/v1",
        "CHATAPP_CORS_ORIGINS": pages,
    }
    return Instance(tmp_path_factory.mktemp("site_of_use_chat"), settings)


@pytest.fixture(scope="module")
def open_port(open_site: Instance) -> Iterator[int]:
    """Where its server listens."""
    with started(open_site.gunicorn()) as server:
        yield server.port


class Chat:
    """The page as a person sees it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address

    def open(self, **query: str) -> None:
        """Opens it, or opens it again."""
        self.page.goto(f"{self._address}&{urlencode(query)}")
        expect(self.page.locator("#status")).to_be_attached()

    def ask(self, words: str) -> None:
        """Writes something and sends it."""
        self.page.locator("input").fill(words)
        self.click("Send")

    def click(self, name: str) -> None:
        """Clicks a button."""
        self.page.get_by_role("button", name=name).click()

    def part(self, kind: str) -> Locator:
        """The parts of this kind of the last answer."""
        return self.page.locator('[data-role="assistant"]').last.locator(f'[data-part="{kind}"]')

    @property
    def id(self) -> str:
        """The id of the last answer."""
        return str(self.page.locator('[data-role="assistant"]').last.get_attribute("id"))

    def see(self, words: str, status: str) -> None:
        """Waits until the last answer has these words, and the hook this status."""
        expect(self.part("text")).to_have_text(words)
        expect(self.page.locator("#status")).to_have_text(status)


@pytest.fixture
def show(
    browser: Browser, line: Line, pages: str, open_site: Instance
) -> Iterator[Callable[..., Chat]]:
    """Opens a chat by this name in a new profile."""
    contexts = []

    def begin(name: str, **query: str) -> Chat:
        context = browser.new_context()
        contexts.append(context)
        server = f"http://127.0.0.1:{line.port}"
        query = {"server": server, "token": open_site.token, "id": name} | query
        chat = Chat(context.new_page(), f"{pages}/index.html?{urlencode(query)}")
        chat.open()
        return chat

    yield begin
    for context in contexts:
        context.close()


def test_an_answer_grows_and_the_chat_goes_on(show: Callable[..., Chat], model: Model) -> None:
    chat = show("growing")
    chat.ask("Why?")
    asked = model.asked()
    asked.think("Hm")
    asked.say("Be")
    expect(chat.part("reasoning")).to_have_text("Hm")
    chat.see("Be", "streaming")
    asked.finish("cause.")
    chat.see("Because.", "ready")
    expect(chat.part("text")).to_have_attribute("data-state", "done")
    first = chat.id
    chat.ask("And then?")
    asked = model.asked()
    assert [words for role, words in asked.turns if role != "system"] == [
        "Why?",
        "Because.",
        "And then?",
    ]
    asked.finish("So.")
    chat.see("So.", "ready")
    chat.click("Again")
    asked = model.asked()
    assert asked.question == "And then?"
    asked.finish("Well.")
    chat.see("Well.", "ready")
    assert chat.id != first
    assert model.questions.empty()


def test_a_page_that_is_opened_again_resumes(show: Callable[..., Chat], model: Model) -> None:
    chat = show("resumed")
    chat.ask("Why?")
    asked = model.asked()
    asked.say("Be")
    chat.see("Be", "streaming")
    id = chat.id
    chat.open(resume="")
    chat.see("Be", "streaming")
    assert chat.id == id
    asked.finish("cause.")
    chat.see("Because.", "ready")
    chat.open(resume="")
    expect(chat.page.locator("#status")).to_have_text("ready")
    expect(chat.page.locator('[data-role="assistant"]')).to_have_count(0)  # 204: nothing runs
    expect(chat.page.locator("#error")).to_be_empty()
    assert model.questions.empty()


def test_trouble_is_an_error_of_the_hook(show: Callable[..., Chat], model: Model) -> None:
    chat = show("trouble")
    chat.ask("Why?")
    asked = model.asked()
    asked.say("Be")
    chat.see("Be", "streaming")
    asked.fail()
    expect(chat.page.locator("#status")).to_have_text("error")
    expect(chat.page.locator("#error")).not_to_be_empty()
    chat.click("Again")
    model.asked().finish("Because.")
    chat.see("Because.", "ready")


def test_leaving_is_not_stopping_and_a_stop_is_told(
    show: Callable[..., Chat], model: Model, open_site: Instance, open_port: int
) -> None:
    chat = show("stopped")
    chat.ask("Why?")
    asked = model.asked()
    asked.say("Be")
    chat.see("Be", "streaming")
    chat.click("Stop")
    expect(chat.page.locator("#status")).to_have_text("ready")
    id = chat.id
    chat.open(resume="")
    chat.see("Be", "streaming")
    url = f"http://127.0.0.1:{open_port}/api/messages/{id}/stop"
    assert chat.page.request.post(url, headers=open_site.headers).status == 202
    asked.wait_until_left()
    chat.see("Be", "ready")


def test_sources_are_parts(browser: Browser, pages: str, tmp_path: Path) -> None:
    site = Instance(tmp_path, {"CHATAPP_PROVIDER": "offline", "CHATAPP_CORS_ORIGINS": pages})
    with started(site.gunicorn()) as server:
        query = {"server": f"http://127.0.0.1:{server.port}", "token": site.token, "id": "x"}
        context = browser.new_context()
        chat = Chat(context.new_page(), f"{pages}/index.html?{urlencode(query)}")
        chat.open()
        chat.ask("How do I connect Ollama?")
        expect(chat.page.locator("#status")).to_have_text("ready")
        sources = chat.part("source-document").or_(chat.part("source-url"))
        expect(sources.first).to_contain_text("Ollama")
        context.close()
