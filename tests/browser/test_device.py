"""Where the network is away: a page of few words, and nothing of anybody's chats."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.axe import examine
from tests.browser.chat import Chat
from tests.browser.model import Model

READY = "navigator.serviceWorker.ready.then(({ active }) => active.scriptURL)"


def test_a_page_without_network_says_so_and_comes_back_by_itself(
    visit: Callable[..., Chat], model: Model
) -> None:
    chat = visit()
    chat.page.context.add_cookies([{"name": "language", "value": "id", "url": chat.address}])
    chat.reload()
    address = chat.talk(model, ("Sebut satu warna.", "Merah."))
    chat.reload()
    assert chat.page.evaluate(READY) == f"{chat.address}/worker.js"
    chat.page.context.set_offline(True)
    chat.page.reload()
    heading = chat.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Tidak ada sambungan")
    assert examine(chat.page) == []
    chat.page.context.set_offline(False)
    expect(chat.answer).to_have_text("Merah.")
    assert chat.page.url == chat.address + address
    chat.ask("Satu lagi.")
    model.asked().finish("Biru.")
    chat.see_end()
    assert _kept(chat.page) == []


def test_who_has_not_been_here_before_gets_no_worker(chat: Chat) -> None:
    chat.page.wait_for_load_state("networkidle")
    script = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
    assert chat.page.evaluate(script) == 0


def _kept(page: Page) -> list[str]:
    """What the worker keeps, by the names of its caches."""
    kept: list[str] = page.evaluate("caches.keys()")
    return kept
