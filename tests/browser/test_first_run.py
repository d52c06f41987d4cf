"""The chat as it starts on a fresh machine: no key, no model, and yet an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.chat import Chat
from tests.support.instance import Instance
from tests.support.patience import until
from tests.support.processes import started

STARTER = "How do I connect a model?"


@pytest.fixture(scope="module")
def offline_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a server without a model listens."""
    site = Instance(tmp_path_factory.mktemp("offline"), {})
    with started(site.gunicorn()) as server:
        yield server.port


@pytest.fixture(params=[True, False], ids=["with-scripts", "without"])
def fresh_chat(
    request: pytest.FixtureRequest, browser: Browser, offline_port: int
) -> Iterator[Chat]:
    """The first visit of a new guest."""
    context = browser.new_context(java_script_enabled=request.param)
    chat = Chat(context.new_page(), f"http://127.0.0.1:{offline_port}", scripts=request.param)
    chat.open()
    yield chat
    context.close()


def test_an_answer_is_one_click_away(fresh_chat: Chat) -> None:
    fresh_chat.page.get_by_role("button", name=STARTER).click(no_wait_after=True)
    fresh_chat.see_end()
    expect(fresh_chat.questions).to_have_text(STARTER)
    expect(fresh_chat.answer).to_contain_text("OPENAI_API_KEY")


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


def test_no_other_host_is_asked(browser: Browser, offline_port: int) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"http://127.0.0.1:{offline_port}/")
    page.close()
    assert asked
    assert all(url.startswith(f"http://127.0.0.1:{offline_port}/") for url in asked)


def test_from_an_upload_to_the_cited_passage_in_six_clicks(fresh_chat: Chat) -> None:
    page = fresh_chat.page
    words = "# House rules\n\n## Bicycles\n\nBicycles stand in the yard behind the bakery.\n"
    rules = FilePayload(name="rules.md", mimeType="text/markdown", buffer=words.encode())
    page.goto(f"{fresh_chat.address}/documents")  # a link of the sidebar
    page.get_by_label("Choose files").set_input_files([rules])
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".document__title")).to_have_text(re.compile("rules|House rules"))
    until(lambda: _is_read(page))
    fresh_chat.open()
    fresh_chat.words.fill("Where do bicycles stand?")
    page.get_by_role("button", name="Send").click(no_wait_after=True)
    fresh_chat.see_end()
    fresh_chat.answer.locator(".citation").first.click()
    page.get_by_role("link", name="Show it in the document").first.click()
    cited = page.get_by_label("The passage that is cited")
    expect(cited).to_contain_text("in the yard behind the bakery")
    expect(cited).to_be_in_viewport()


def _is_read(page: Page) -> bool:
    page.goto(page.url)
    return page.locator('.document[data-state="ready"]').count() > 0
