"""axe-core finds nothing: on no page, in no state of the chat, in neither theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chatapp import create_app
from chatapp.config import load
from tests.browser.axe import LOOKS, PHONE, examine
from tests.browser.chat import Chat
from tests.browser.house import RICH, House, furnish
from tests.browser.model import Model
from tests.browser.profiles import close
from tests.browser.zoom import crowded
from tests.support.ending import end
from tests.support.instance import Instance

PAGES = {
    "/": ("/", "/?assistant=coach", "/?q=nothing+like+this", "/?archived=1"),
    "/c/<id>": ("/c/{conversation}",),
    "/m/<id>/edit": ("/m/{question}/edit",),
    "/m/<id>/again": ("/m/{answer}/again",),
    "/m/<id>/sources/<int:number>": ("/m/{orphan}/sources/1",),
    "/c/<id>/share": ("/c/{conversation}/share",),
    "/s/<id>": ("/s/{link}",),
    "/c/<id>/documents": ("/c/{conversation}/documents",),
    "/choose-documents": ("/choose-documents",),
    "/profile": ("/profile",),
    "/settings": ("/settings",),
    "/assistants": ("/assistants",),
    "/assistants/new": ("/assistants/new",),
    "/assistants/<id>/edit": ("/assistants/{assistant}/edit",),
    "/prompts": ("/prompts",),
    "/prompts/new": ("/prompts/new",),
    "/prompts/<id>/edit": ("/prompts/{prompt}/edit",),
    "/documents": ("/documents", "/documents?q=raincoat", "/documents?q=nothing"),
    "/documents/<id>": ("/documents/{document}",),
    "/admin": ("/admin", "/admin?q=nobody"),
    "/admin/invitations": ("/admin/invitations",),
    "/admin/log": ("/admin/log",),
    "/api/docs": ("/api/docs",),
}
"""Addresses of each page that an administrator sees, by its rule."""

LONG = {"/api/docs"}
"""Pages on which axe-core takes seconds: two looks are enough for what has one column."""

FOR_NOBODY = {"/login": "/login", "/signup": "/signup"}
"""Pages that are there for whoever is not signed in."""

NO_PAGES = {
    "/list", "/palette", "/c/<id>/messages", "/m/<id>", "/documents/rows",  # pieces of pages
    "/settings/export", "/c/<id>/export", "/documents/<id>/file", "/images/<id>",
    "/s/<id>/images/<image>",  # files
    "/manifest.webmanifest", "/worker.js",  # for the device
    "/login/openid", "/login/openid/callback",  # lead elsewhere
    "/healthz", "/readyz", "/healthz/stream", "/events", "/hello",  # for programs
}  # fmt: skip
FOR_PROGRAMS = ("/api/", "/v1/", "/static/")


@pytest.fixture(scope="module")
def house(
    browser: Browser, site: Instance, server_port: int, model_server: Model
) -> Iterator[House]:
    """An account with everything in it."""
    house = furnish(browser, site, server_port, model_server)
    yield house
    close(house.context)


@pytest.fixture(scope="module")
def page(house: House) -> Page:
    """A tab of the administrator."""
    return house.chat().page


def test_every_page_is_examined(tmp_path: Path) -> None:
    settings = {"CHATAPP_INSTANCE": str(tmp_path), "CHATAPP_PROVIDER": "offline"}
    app = create_app(load(settings))
    rules = {each.rule for each in app.url_map.iter_rules() if "GET" in (each.methods or ())}
    end(app)
    pages = {each for each in rules if each in PAGES or not each.startswith(FOR_PROGRAMS)}
    assert pages - NO_PAGES == {*PAGES, *FOR_NOBODY}


@pytest.mark.parametrize("path", [path for paths in PAGES.values() for path in paths])
def test_nothing_is_found_on_a_page(house: House, page: Page, path: str) -> None:
    see(page, house.full(path))
    for menu in page.locator(".deeds > summary").all()[:1]:
        menu.click()
    looks = LOOKS if path not in LONG else (LOOKS[0], LOOKS[3])
    assert examine(page, looks) + crowded(page) == []


def test_nothing_is_found_where_nobody_is_signed_in(visit: Callable[..., Chat]) -> None:
    chat = visit()
    found = examine(chat.page)
    for path in FOR_NOBODY.values():
        see(chat.page, chat.address + path)
        found += examine(chat.page)
    chat.page.get_by_label("E-mail address").fill("somebody@example.org")
    chat.page.get_by_label("Password").fill("wrong")
    chat.page.locator("summary").click()
    chat.page.get_by_role("button", name="Sign up").evaluate(
        "button => button.form.noValidate = true"
    )
    chat.page.get_by_role("button", name="Sign up").click()
    expect(chat.page.get_by_role("alert")).to_be_visible()
    found += examine(chat.page)
    for path, status in (("/settings", 401), ("/nowhere", 404)):
        see(chat.page, chat.address + path, status)
        found += examine(chat.page)
    assert found == []


def test_nothing_is_found_while_an_answer_is_written_and_after_it(
    visit: Callable[..., Chat], model: Model
) -> None:
    chat = visit()
    chat.ask("Tell me everything.")
    asked = model.asked()
    asked.think("Well.")
    asked.say(RICH)
    expect(chat.answer).to_contain_text("quoted")
    found = examine(chat.page)
    chat.stop_button.click()
    chat.see_end("stopped")
    found += examine(chat.page)
    chat.ask("And now?")
    model.asked().refuse(429, "slow down", **{"Retry-After": "60"})
    chat.see_end("failed")
    chat.page.get_by_role("link", name="Edit and ask again").last.click()
    found += examine(chat.page)
    assert found == []


def test_nothing_is_found_in_the_list_and_its_menus(house: House, model: Model) -> None:
    chat = house.chat()
    chat.open("/")
    chat.page.locator(".conversation-item__toggle").first.click()
    found = examine(chat.page)
    chat.page.get_by_role("button", name="Delete", exact=True).first.click()
    expect(chat.page.get_by_role("button", name="Undo")).to_be_visible()
    found += examine(chat.page)
    chat.page.get_by_role("button", name="Undo").click()
    chat.page.get_by_role("searchbox").fill("nothing like this")
    expect(chat.page.get_by_text("Nothing found")).to_be_visible()
    chat.page.set_viewport_size(PHONE)
    chat.page.get_by_role("button", name="Conversations").click()
    found += examine(chat.page, LOOKS[2:])
    chat.page.close()
    assert found == []


def test_nothing_is_found_where_the_line_or_the_conversation_is_gone(
    visit: Callable[..., Chat], model: Model
) -> None:
    chat = visit()
    address = chat.talk(model, ("Name a colour.", "Red."))
    chat.page.context.set_offline(True)
    expect(chat.connection).to_contain_text("You are offline.")
    found = examine(chat.page)
    chat.page.context.set_offline(False)
    there = chat.another_tab(address)
    there.delete()
    expect(chat.page.get_by_text("was deleted in another tab")).to_be_visible()
    found += examine(chat.page)
    assert found == []


def test_nothing_is_found_where_a_form_was_refused(house: House, page: Page) -> None:
    see(page, house.full("/settings"))
    page.get_by_label("Name", exact=True).fill("laptop")
    page.get_by_role("button", name="Make a token").click()
    found = examine(page)
    page.get_by_label("Your password").first.fill("wrong")
    page.get_by_label("New password").fill("another one, longer")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += examine(page, LOOKS[:2])
    see(page, house.full("/admin/invitations"))
    page.get_by_label("For whom").fill("Somebody")
    page.get_by_role("button", name="Make an invitation").click()
    found += examine(page)
    assert found == []


def see(page: Page, address: str, status: int = 200) -> None:
    """Opens a page that is there, or refused in so many words."""
    answer = page.goto(address)
    assert answer
    assert answer.status == status
