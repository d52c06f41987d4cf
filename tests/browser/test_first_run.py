"""The chat as it starts on a fresh machine: no key, no model, and yet an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.chat import Chat
from tests.browser.profiles import close
from tests.browser.weight import MOST_KB, MOST_REQUESTS, weighed
from tests.support.instance import Instance
from tests.support.processes import started

STARTER = "How do I connect a model?"


@pytest.fixture(scope="module")
def offline_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a server without a model listens."""
    site = Instance(tmp_path_factory.mktemp("offline"), {})
    with started(site.gunicorn()) as server:
        yield server.port


@pytest.fixture(params=[True, False], ids=["with-scripts", "without"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs them."""
    return bool(request.param)


@pytest.fixture
def fresh_chat(browser: Browser, offline_port: int, scripts: bool) -> Iterator[Chat]:
    """The first visit of a new guest."""
    context = browser.new_context(java_script_enabled=scripts)
    chat = Chat(context.new_page(), f"http://127.0.0.1:{offline_port}", scripts=scripts)
    chat.open()
    yield chat
    close(context)


def test_sources_are_numbered_and_can_be_opened(fresh_chat: Chat) -> None:
    fresh_chat.words.fill("How do I connect Ollama?")
    fresh_chat.page.get_by_role("button", name="Send").click(no_wait_after=True)
    fresh_chat.see_end()
    sources = fresh_chat.answers.last.locator(".source")
    expect(sources.first.locator(".source__number")).to_have_text("1")
    words = sources.first.locator(".source__words")
    expect(words).to_be_hidden()
    sources.first.locator("summary").click()
    expect(words).to_be_visible()
    expect(words).to_contain_text("OPENAI_BASE_URL")


def test_the_page_says_how_to_connect_a_model(fresh_chat: Chat) -> None:
    hint = fresh_chat.page.get_by_text("You are talking to the built-in helper.")
    commands = fresh_chat.page.get_by_text("OPENAI_API_KEY=… make run")
    expect(commands).to_be_hidden()
    hint.click()
    expect(commands).to_be_visible()


def test_a_first_visit_is_light_and_asks_no_other_host(browser: Browser, offline_port: int) -> None:
    address = f"http://127.0.0.1:{offline_port}/"
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    weight = weighed(page)
    page.goto(address, wait_until="networkidle")
    expect(page.locator("chat-composer:defined")).to_be_attached()
    close(context)
    assert all(url.startswith(address) for url in asked)
    assert 0 < weight.requests <= MOST_REQUESTS
    assert 0 < weight.kb <= MOST_KB


class Hand:
    """Clicks, and counts; the first one was on the address that `make run` prints."""

    def __init__(self, page: Page) -> None:
        self.clicks = 1
        self._page = page

    def click(self, what: Locator) -> None:
        """Once."""
        what.click(no_wait_after=True)
        self.clicks += 1

    def choose(self, opens: Locator, file: FilePayload) -> None:
        """One click opens the system's dialog, one in it takes the file."""
        with self._page.expect_file_chooser() as chooser:
            self.click(opens)
        chooser.value.set_files([file])
        self.clicks += 1


def test_an_answer_is_two_clicks_away(fresh_chat: Chat) -> None:
    hand = Hand(fresh_chat.page)
    hand.click(fresh_chat.page.get_by_role("button", name=STARTER))
    fresh_chat.see_end()
    expect(fresh_chat.questions).to_have_text(STARTER)
    expect(fresh_chat.answer).to_contain_text("OPENAI_API_KEY")
    assert hand.clicks == 2


def test_a_document_is_cited_within_six_clicks(fresh_chat: Chat, scripts: bool) -> None:
    page, hand = fresh_chat.page, Hand(fresh_chat.page)
    words = "# House rules\n\n## Bicycles\n\nBicycles stand in the yard behind the bakery.\n"
    rules = FilePayload(name="rules.md", mimeType="text/markdown", buffer=words.encode())
    attach = page.locator(".composer__attach:visible")
    if not scripts:
        hand.click(attach)
        attach = page.get_by_label("Files to attach")
    hand.choose(attach, rules)
    fresh_chat.words.fill("Where do bicycles stand?")
    hand.click(page.get_by_role("button", name="Send"))
    fresh_chat.see_end()
    expect(fresh_chat.answer).to_contain_text("in the yard behind the bakery")
    hand.click(fresh_chat.answer.locator(".citation").first)
    expect(page.locator(".source__words").first).to_be_visible()
    assert hand.clicks <= 6
    page.get_by_role("link", name="Show it in the document").first.click()
    cited = page.get_by_label("The passage that is cited")
    expect(cited).to_contain_text("in the yard behind the bakery")
    expect(cited).to_be_in_viewport()
