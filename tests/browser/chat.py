"""The page of a chat as a person sees and uses it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.model import Model


class Chat:
    """A page that shows the chat, at the address of a server, with `scripts` or without."""

    def __init__(self, page: Page, address: str, *, scripts: bool = True) -> None:
        self.page = page
        self.address = address
        self._scripts = scripts

    def open(self, path: str = "/") -> None:
        """Opens a page of the chat, and waits until its scripts listen."""
        self.page.goto(self.address + path, wait_until="commit")
        self._see_scripts()

    def reload(self) -> None:
        """Loads the page again."""
        self.page.reload(wait_until="commit")
        self._see_scripts()

    def another_tab(self, path: str = "/") -> Chat:
        """The same person's chat in another tab."""
        tab = Chat(self.page.context.new_page(), self.address, scripts=self._scripts)
        tab.open(path)
        return tab

    def _see_scripts(self) -> None:
        if self._scripts:
            expect(self.page.locator("chat-composer:defined")).to_be_attached()

    @property
    def words(self) -> Locator:
        """Where a message is written."""
        return self.page.locator("#words")

    @property
    def questions(self) -> Locator:
        """The questions that the page shows."""
        return self.page.locator("chat-question .question__words")

    @property
    def answers(self) -> Locator:
        """The answers that the page shows."""
        return self.page.locator("chat-answer")

    @property
    def answer(self) -> Locator:
        """The words of the last answer."""
        return self.answers.last.locator(".answer__text")

    @property
    def stop_button(self) -> Locator:
        """Stop, in the place of Send."""
        return self.page.get_by_role("button", name="Stop the answer")

    @property
    def trouble(self) -> Locator:
        """What the composer says went wrong."""
        return self.page.locator('[data-part="trouble"]')

    @property
    def status(self) -> Locator:
        """What a screen reader is told."""
        return self.page.locator('[data-part="status"]')

    @property
    def listed(self) -> Locator:
        """The titles in the list of conversations."""
        return self.page.locator(".conversation-item__link")

    @property
    def marked(self) -> Locator:
        """The marks in the list, of conversations that are being answered."""
        return self.page.locator('.conversation-item [data-part="answering"]:visible')

    @property
    def heading(self) -> Locator:
        """The title of the conversation."""
        return self.page.get_by_role("heading", level=1)

    @property
    def connection(self) -> Locator:
        """What the page says about its connection."""
        return self.page.locator('[data-part="connection"]')

    def ask(self, words: str) -> None:
        """Writes a message and sends it: with Enter, or by a tap where Enter breaks the line."""
        self.words.fill(words)
        if self.words.get_attribute("enterkeyhint") == "enter":
            self.page.get_by_role("button", name="Send").tap()
        else:
            self.words.press("Enter")

    def see_end(self, status: str = "complete") -> None:
        """Waits for the last answer to end so, and for the composer to take another question."""
        expect(self.answers.last).to_have_attribute("data-state", status)
        if self._scripts:
            expect(self.page.locator("chat-composer")).to_have_attribute("data-state", "ready")

    def see_address(self) -> str:
        """Waits until the conversation has an address; its id."""
        expect(self.page).to_have_url(re.compile(r"/c/\w+"))
        return self.page.url.partition("/c/")[2].partition("?")[0].partition("#")[0]

    def talk(self, model: Model, *turns: tuple[str, str]) -> str:
        """Asks questions that are answered at once; the address of the conversation."""
        for question, answer in turns:
            self.ask(question)
            model.asked().finish(answer)
            expect(self.answer).to_have_text(answer)
            self.see_end()
        return f"/c/{self.see_address()}"

    def rename(self, title: str) -> None:
        """Gives the first conversation of the list another title."""
        self._open_menu()
        self.page.get_by_label("Title").first.fill(title)
        self.page.get_by_role("button", name="Rename", exact=True).first.click()
        expect(self.listed.first).to_have_text(title)

    def delete(self) -> None:
        """Deletes the first conversation of the list."""
        self._open_menu()
        self.page.get_by_role("button", name="Delete", exact=True).first.click()

    def _open_menu(self) -> None:
        self.page.locator(".conversation-item").first.hover()
        self.page.locator(".conversation-item__toggle").first.click()

    def hide(self) -> None:
        """Lets the page believe that nobody sees it: without a window it never finds out itself."""
        self._become("hidden")

    def show(self) -> None:
        """Lets the page believe that it is seen again."""
        self._become("visible")

    def _become(self, state: str) -> None:
        script = """state => {
            const value = { value: state, configurable: true };
            Object.defineProperty(document, "visibilityState", value);
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
        self.page.evaluate(script, state)

    def stored(self) -> list[dict[str, Any]]:
        """The conversation's messages as the server has them."""
        path = f"/api/conversations/{self.see_address()}/messages"
        response = self.page.request.get(self.address + path)
        assert response.ok, response.text()
        items: list[dict[str, Any]] = response.json()["items"]
        return items
