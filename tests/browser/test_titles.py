"""A title that a model has found: shown in every tab, and in nobody's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.line import Line
from tests.browser.model import Model
from tests.browser.test_accounts import sign_up
from tests.support.instance import Instance
from tests.support.processes import started

FEED = "/events"
HOSTILE = '<img src=x onerror="alert(1)"> & “Red”'


@pytest.fixture(scope="module")
def server_port(tmp_path_factory: pytest.TempPathFactory, model_server: Model) -> Iterator[int]:
    """A server whose conversations get their titles from a model."""
    settings = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model_server.port}/v1",
        "CHATAPP_TITLE_MODEL": "large-model",
    }
    with started(Instance(tmp_path_factory.mktemp("titles"), settings).gunicorn()) as server:
        yield server.port


def open_menu(chat: Chat) -> None:
    chat.page.locator(".conversation-item").hover()
    chat.page.locator(".conversation-item__toggle").click()


def test_a_title_that_was_found_is_shown_in_every_tab(
    visit: Callable[..., Chat], model: Model, line: Line
) -> None:
    chat = visit()
    faults = complaints(chat.page)
    sign_up(chat)
    chat.open()
    address = chat.talk(model, ("Name a colour.", "Red."))
    there = chat.another_tab(address)
    line.wait_for(FEED, open=2)
    asked = model.asked()
    assert asked.model == "large-model"
    chat.words.fill("And a fru")
    open_menu(there)
    field = there.page.locator('.conversation-item input[name="title"]')
    field.fill("Colo")

    asked.finish(f"**{HOSTILE}**")
    for tab in (chat, there):
        expect(tab.listed).to_have_text([HOSTILE])
        expect(tab.heading).to_have_text(HOSTILE)
        expect(tab.page).to_have_title(f"{HOSTILE} · chatapp")
        expect(tab.page.locator("img[src=x]")).to_have_count(0)
    expect(chat.words).to_be_focused()
    expect(chat.words).to_have_value("And a fru")
    expect(field).to_be_focused()
    expect(field).to_have_value("Colo")

    there.page.locator(".conversation-item__toggle").click()
    open_menu(there)
    expect(field).to_have_value(HOSTILE)
    field.fill("Colours")
    field.press("Enter")
    for tab in (chat, there):
        expect(tab.listed).to_have_text(["Colours"])
        expect(tab.heading).to_have_text("Colours")
    open_menu(there)
    expect(field).to_have_value("Colours")
    chat.reload()
    expect(chat.heading).to_have_text("Colours")
    chat.talk(model, ("And a fruit.", "Apple."))
    assert model.questions.empty()
    assert faults == []
