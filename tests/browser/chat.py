"""The page of a chat as a person sees and uses it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect


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

    def ask(self, words: str) -> None:
        """Writes a message and sends it with Enter."""
        self.words.fill(words)
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

    def stored(self) -> list[dict[str, Any]]:
        """The conversation's messages as the server has them."""
        path = f"/api/conversations/{self.see_address()}/messages"
        response = self.page.request.get(self.address + path)
        assert response.ok, response.text()
        items: list[dict[str, Any]] = response.json()["items"]
        return items
