"""A conversation that leaves the chat: read by others through its link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.model import Model
from tests.browser.test_accounts import sign_up


def share(page: Page) -> str:
    """Makes a link by the buttons of the page; its address."""
    page.get_by_role("link", name="Share", exact=True).first.click()
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("Link", exact=True).input_value()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_is_made_read_by_a_stranger_and_withdrawn(
    visit: Callable[..., Chat], model: Model, scripts: bool
) -> None:
    chat, stranger = visit(), visit(java_script_enabled=scripts).page
    sign_up(chat)
    chat.open()
    chat.talk(model, ("Name a colour.", "Red."))
    link = share(chat.page)
    chat.page.get_by_role("button", name="Copy").click()
    expect(chat.page.get_by_role("button", name="Copied")).to_be_visible()
    stranger.context.clear_cookies()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Name a colour.")
    expect(stranger.locator(".answer__text")).to_have_text("Red.")
    assert stranger.context.cookies() == []
    chat.page.get_by_role("button", name="Withdraw the link").click()
    expect(chat.page.get_by_text("leads nowhere")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("is not shared any more")
