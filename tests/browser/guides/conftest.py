"""The guides' pages on a server of their own, and a chat that lets them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import complaints
from tests.browser.guides.pages import serving_pages
from tests.browser.line import Line, line_to
from tests.browser.model import Model
from tests.support.instance import Instance
from tests.support.processes import started


@dataclass(frozen=True)
class Guide:
    """One page of the guides, as a person sees it."""

    page: Page
    server: str

    @property
    def words(self) -> Locator:
        """Where one writes."""
        return self.page.locator(".composer .field")

    @property
    def send(self) -> Locator:
        """The button beside it."""
        return self.page.locator(".composer .button")

    @property
    def answer(self) -> Locator:
        """The last answer."""
        return self.page.locator(".bubble--answer").last

    @property
    def trouble(self) -> Locator:
        """What went wrong."""
        return self.page.locator(".bubble--trouble")

    @property
    def cursor(self) -> Locator:
        """What pulses while an answer grows."""
        return self.page.locator(".cursor")

    @property
    def status(self) -> Locator:
        """The line below."""
        return self.page.locator("#status")

    def ask(self, words: str) -> None:
        """Writes something and sends it."""
        self.words.fill(words)
        self.send.click()
        expect(self.page.locator(".bubble--question").last).to_have_text(words)


@pytest.fixture(scope="session")
def pages() -> Iterator[str]:
    """The origin of the pages."""
    with serving_pages() as origin:
        yield origin


@pytest.fixture(scope="session")
def open_site(
    tmp_path_factory: pytest.TempPathFactory, model_server: Model, pages: str
) -> Instance:
    """An installation that lets the pages in."""
    settings = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model_server.port}/v1",
        "CHATAPP_CORS_ORIGINS": pages,
    }
    return Instance(tmp_path_factory.mktemp("open_site"), settings)


@pytest.fixture(scope="session")
def open_port(open_site: Instance) -> Iterator[int]:
    """Where its server listens."""
    with started(open_site.gunicorn()) as server:
        yield server.port


@pytest.fixture
def line(open_port: int) -> Iterator[Line]:
    """The line between the browser and that server."""
    with line_to(open_port) as line:
        yield line


@pytest.fixture
def show(browser: Browser, line: Line, pages: str) -> Iterator[Callable[..., Guide]]:
    """Opens a page of the guides in a new profile, or in that of another page."""
    with ExitStack() as stack:

        def begin(name: str, beside: Page | None = None, **options: object) -> Guide:
            context = beside.context if beside else browser.new_context(**options)  # type: ignore[arg-type]
            stack.callback(context.close)
            guide = Guide(context.new_page(), f"http://127.0.0.1:{line.port}")
            guide.page.goto(f"{pages}/{name}.html?server={guide.server}")
            return guide

        yield begin


@pytest.fixture
def faults() -> Callable[[Guide], list[str]]:
    """Collects what the browser complains of on a page."""
    return lambda guide: complaints(guide.page)
