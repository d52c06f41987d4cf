"""Chat rooms over an answering service: its sources are shown, and passed on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.guides.conftest import Guide
from tests.support.instance import Instance
from tests.support.model_server import Answer, ModelServer, frame
from tests.support.processes import started

SOURCE = {"id": 7, "title": "HR Policy", "content": "Thirty days a year."}


@pytest.fixture(scope="module")
def service() -> Iterator[ModelServer]:
    """The service that answers."""
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def open_port(
    tmp_path_factory: pytest.TempPathFactory, service: ModelServer, pages: str
) -> Iterator[int]:
    """A chat that asks the service and lets the pages in."""
    settings = {"CHATAPP_AI_CLIENT_URL": service.url, "CHATAPP_CORS_ORIGINS": pages}
    site = Instance(tmp_path_factory.mktemp("rooms"), settings)
    with started(site.gunicorn()) as server:
        yield server.port


def said(words: str) -> Answer:
    """An answer without sources."""
    return Answer.sse(frame({"type": "content", "content": words}), frame({"type": "end"}))


def become_guest(guide: Guide, service: ModelServer) -> None:
    """Asks something on the chat's own page, and comes back."""
    service.answers(said("Hi."))
    with guide.page.expect_popup() as opened:
        guide.page.get_by_role("link", name="Sign in").click()
    there = opened.value
    there.goto(guide.server)
    there.locator("#words").fill("Hello there")
    there.locator("#words").press("Enter")
    expect(there.locator('chat-answer[data-state="complete"]')).to_have_count(1)
    there.close()
    guide.page.evaluate("dispatchEvent(new Event('focus'))")


def room_of(guide: Guide) -> Locator:
    """Where one chooses the room."""
    return guide.page.get_by_label("Room", exact=True)


def test_sources_stand_below_the_answer_and_sending_is_allowed_at_its_end(
    show: Callable[..., Guide], service: ModelServer
) -> None:
    guide = show("rooms")
    become_guest(guide, service)
    expect(guide.answer).to_have_text("Hi.")
    guide.page.get_by_role("button", name="New room").click()
    expect(guide.page.get_by_text("An empty room.")).to_be_visible()
    gate = threading.Event()
    service.answers(
        Answer.sse(
            frame({"type": "content", "content": "Thirty "}, "message"),
            gate,
            frame({"type": "content", "content": "days."}, "message"),
            frame({"type": "sources", "sources": [SOURCE]}, "sources"),
            frame({"type": "end"}, "end"),
        )
    )
    guide.ask("How much leave do I get?")
    expect(guide.answer).to_have_text("Thirty ")
    expect(guide.status).to_have_text("Starting AI response...")
    expect(guide.send).to_be_disabled()
    gate.set()
    expect(guide.answer).to_contain_text("Thirty days.")
    expect(guide.send).to_be_enabled()
    asked = service.requests[-1].json()
    assert (asked["question"], asked["messages"]) == ("How much leave do I get?", [])
    guide.page.reload()
    expect(room_of(guide).locator("option").first).to_have_text("How much leave do I get?")
    expect(guide.answer.locator("summary")).to_have_text("[1] HR Policy")
    guide.page.get_by_text("HR Policy").click()
    expect(guide.page.get_by_text("Thirty days a year.")).to_be_visible()


def test_trouble_is_told_and_the_next_message_goes_out(
    show: Callable[..., Guide], service: ModelServer
) -> None:
    guide = show("rooms")
    become_guest(guide, service)
    expect(guide.send).to_be_enabled()
    service.answers(Answer.sse(frame({"type": "content", "content": "Thir"}), ending="cut"))
    guide.ask("How much leave do I get?")
    expect(guide.trouble).to_have_text("Failed to process message")
    expect(guide.answer).to_have_text("Thir")
    service.answers(said("Much."))
    guide.ask("And now?")
    expect(guide.answer).to_have_text("Much.")
    expect(guide.send).to_be_enabled()
