"""A browser, and a server that asks a model of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chat import Chat
from tests.browser.line import Line, line_to
from tests.browser.model import Model, serving
from tests.browser.profiles import close
from tests.support.instance import Instance
from tests.support.processes import require, started

ELSEWHERE = "chat.example"
"""A name of this machine that a browser trusts no more than any other: plain http is not secure."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
)

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of all tests; each test gets a profile of its own."""
    binary = require("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def model_server() -> Iterator[Model]:
    """The model that the server of all tests asks."""
    with serving() as model:
        yield model


@pytest.fixture
def model(model_server: Model) -> Model:
    """The model, asked nothing yet."""
    while not model_server.questions.empty():
        model_server.questions.get()
    return model_server


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, model_server: Model) -> Instance:
    """An installation that asks the model."""
    base_url = f"http://127.0.0.1:{model_server.port}/v1"
    return Instance(tmp_path_factory.mktemp("site"), {"OPENAI_BASE_URL": base_url})


@pytest.fixture(scope="session")
def server_port(site: Instance) -> Iterator[int]:
    """Where the server listens."""
    with started(site.gunicorn()) as server:
        yield server.port


@pytest.fixture
def line(server_port: int) -> Iterator[Line]:
    """The line between browser and server."""
    with line_to(server_port) as line:
        yield line


@pytest.fixture
def visit(browser: Browser, line: Line) -> Iterator[Callable[..., Chat]]:
    """Opens a chat in a new profile: a new guest. Options are Playwright's for a context."""
    with ExitStack() as stack:

        def begin(**options: object) -> Chat:
            context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
            stack.callback(close, context)
            scripts = options.get("java_script_enabled", True) is True
            chat = Chat(context.new_page(), f"http://127.0.0.1:{line.port}", scripts=scripts)
            chat.open()
            return chat

        yield begin


@pytest.fixture
def chat(visit: Callable[..., Chat]) -> Chat:
    """A new guest's chat."""
    return visit()


@pytest.fixture
def plain_chat(visit: Callable[..., Chat]) -> Chat:
    """The same without scripts."""
    return visit(java_script_enabled=False)


@pytest.fixture
def faults(chat: Chat) -> list[str]:
    """What the browser complains of while the test runs."""
    return complaints(chat.page)


def complaints(page: Page) -> list[str]:
    """Collects the errors that a page throws, logs, or is refused by its policy."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "console",
        lambda message: heard.append(message.text) if message.type == "error" else None,
    )
    return heard
