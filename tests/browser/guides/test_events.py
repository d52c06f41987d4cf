"""The feed and a hello, by a bearer token: with `fetch`, and with an `EventSource`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.guides.conftest import Guide
from tests.browser.model import Model
from tests.support.instance import Instance


def test_a_wrong_token_is_refused_in_words(show: Callable[..., Guide]) -> None:
    guide = show("events")
    guide.words.fill("chat_wrong")
    guide.send.click()
    expect(guide.status).to_contain_text("This token is not valid.")
    expect(guide.send).to_have_text("Connect")


@pytest.mark.parametrize("way", ["fetch", "source"])
def test_what_happens_is_shown_as_it_happens(
    show: Callable[..., Guide], open_site: Instance, open_port: int, model: Model, way: str
) -> None:
    guide = show("events")
    guide.page.locator("#way").select_option(way)
    guide.words.fill(open_site.token)
    guide.send.click()
    kinds = guide.page.locator(".event__kind")
    expect(kinds).to_have_text(["sync", "Server"])
    (room,) = open_site.create_conversations(open_port, 1)
    expect(kinds.first).to_have_text("conversation.created")
    expect(guide.page.locator(".event__rest").first).to_contain_text(room)
    guide.page.get_by_role("button", name="Say hello").click()
    asked = model.asked()
    asked.say("Hel")
    expect(guide.page.locator("#greeting")).to_have_text("Hel")
    expect(kinds.first).to_have_text("message.started")
    asked.finish("lo!")
    expect(guide.page.locator("#greeting")).to_have_text("Hello!")
    expect(kinds.first).to_have_text("message.ended")
    guide.send.click()
    expect(guide.send).to_have_text("Connect")
