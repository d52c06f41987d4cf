"""The theme that somebody chose, against the system's."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.test_accounts import sign_up

_PAPER = """() => {
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, 1, 1);
    const bytes = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    return "#" + bytes.map((each) => each.toString(16).padStart(2, "0")).join("");
}"""


def paper(page: Page) -> str:
    """The colour of the page."""
    return str(page.evaluate(_PAPER))


def frame(page: Page) -> str:
    """The colour that the page asks the browser's frame for."""
    metas = page.locator('meta[name="theme-color"]').all()
    colours = [
        meta.get_attribute("content") or ""
        for meta in metas
        if page.evaluate("media => matchMedia(media).matches", meta.get_attribute("media") or "all")
    ]
    assert len(colours) == 1
    return colours[0]


def choose(page: Page, theme: str) -> None:
    """Chooses a theme, and waits for the page that has it."""
    button = page.get_by_role("button", name=theme)
    button.click()
    expect(button).to_have_attribute("aria-current", "true")


def test_a_theme_is_chosen_in_the_settings(visit: Callable[..., Chat]) -> None:
    chat = visit(color_scheme="light")
    page = chat.page
    sign_up(chat)
    page.goto(f"{chat.address}/settings")
    light = paper(page)
    assert frame(page) == light
    choose(page, "Dark")
    dark = paper(page)
    assert frame(page) == dark != light
    chat.open()
    assert paper(page) == dark
    page.goto(f"{chat.address}/settings")
    choose(page, "Like the system")
    assert paper(page) == light
    page.emulate_media(color_scheme="dark")
    assert paper(page) == frame(page) == dark
    choose(page, "Light")
    assert paper(page) == frame(page) == light
