"""Where it is measured: chatapp under gunicorn, a model that says what it is told, a browser."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench import seed
from bench.browser import stored
from tests.browser.chat import Chat
from tests.browser.conftest import ARGUMENTS
from tests.browser.model import Model, serving
from tests.support.instance import EMAIL, Instance
from tests.support.processes import Program, started

LENGTHS = (500, 2_000)
"""Messages of the conversations that are opened."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is said, how fast, and how often a page is opened."""

    tokens: int
    rate: int
    openings: int
    listed: int


FULL = Size(tokens=4_000, rate=200, openings=7, listed=5_000)
QUICK = Size(tokens=200, rate=200, openings=1, listed=100)


class Stage:
    """The programs of one run, and the account that everything belongs to."""

    def __init__(self, instance: Instance, browser: Browser, model: Model, size: Size) -> None:
        self.instance = instance
        self.browser = browser
        self.model = model
        self.size = size
        self._password = secrets.token_hex()
        instance.flask("users", "password", EMAIL, "--password-stdin", stdin=self._password)

    @contextmanager
    def served(self, instance: Instance) -> Iterator[Program]:
        """An installation's own gunicorn."""
        with started(instance.gunicorn()) as program:
            yield program

    def conversation(self, messages: int) -> str:
        """Makes a conversation of so many messages, formatted as answers are; its address."""
        return f"/c/{stored.conversation(seed.database_of(self.instance), messages)}"

    @contextmanager
    def signed_in(self, port: int) -> Iterator[Chat]:
        """The account's chat in a browser that knows nothing but who signed in."""
        with self.profile() as context:
            page = context.new_page()
            address = f"http://127.0.0.1:{port}"
            page.goto(f"{address}/login")
            page.get_by_label("E-mail address").fill(EMAIL)
            page.get_by_label("Password").fill(self._password)
            page.get_by_role("button", name="Sign in", exact=True).click()
            yield Chat(page, address)

    @contextmanager
    def profile(self) -> Iterator[BrowserContext]:
        """A profile of the browser that has seen nothing yet."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 800})
        try:
            yield context
        finally:
            context.close()


@contextmanager
def opened(folder: Path, binary: str, size: Size) -> Iterator[Stage]:
    """All of it, for as long as the block lasts."""
    with serving() as model, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        try:
            settings = {"OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1"}
            yield Stage(Instance(folder, settings), browser, model, size)
        finally:
            browser.close()
