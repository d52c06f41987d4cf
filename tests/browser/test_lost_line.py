"""Bad lines and servers that end: the answer arrives whole, and nothing false is said."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.line import Line
from tests.browser.model import Asked, Model
from tests.support.instance import Instance
from tests.support.processes import Program, start

FEED = "/events"
UNREACHABLE = "The server cannot be reached. Trying again …"


def check_nothing_false_is_said(chat: Chat) -> None:
    """Neither in the history nor below it stands an error."""
    expect(chat.answers.get_by_role("alert")).to_have_count(0)
    expect(chat.trouble).to_be_hidden()
    expect(chat.connection).to_have_text("")


def begin(chat: Chat, model: Model) -> Asked:
    """An answer whose first words are shown."""
    chat.ask("Count.")
    asked = model.asked()
    asked.say("1 ")
    expect(chat.answer).to_have_text("1 ")
    return asked


def test_a_page_says_that_it_is_offline_and_goes_on(chat: Chat, model: Model) -> None:
    asked = begin(chat, model)
    chat.page.context.set_offline(True)
    expect(chat.connection).to_contain_text("You are offline.")
    asked.say("2 ")
    chat.page.context.set_offline(False)
    expect(chat.answer).to_have_text("1 2 ")
    expect(chat.connection).to_have_text("")
    asked.finish("3")
    chat.see_end()
    expect(chat.answer).to_have_text("1 2 3")
    check_nothing_false_is_said(chat)


def test_an_answer_that_ends_while_the_page_is_offline_is_there_afterwards(
    chat: Chat, model: Model
) -> None:
    asked = begin(chat, model)
    chat.page.context.set_offline(True)
    expect(chat.connection).to_contain_text("You are offline.")
    asked.finish("2")
    chat.page.context.set_offline(False)
    chat.see_end()
    expect(chat.answer).to_have_text("1 2")
    check_nothing_false_is_said(chat)


def test_the_third_failure_is_told_and_the_first_is_not(
    chat: Chat, model: Model, line: Line
) -> None:
    asked = begin(chat, model)
    told = record(chat)
    line.cut()
    asked.say("2 ")
    expect(chat.answer).to_have_text("1 2 ")
    assert chat.page.evaluate(told) == []
    line.down = True
    line.cut()
    expect(chat.connection).to_have_text(UNREACHABLE)
    line.down = False
    asked.finish("3")
    chat.see_end()
    expect(chat.answer).to_have_text("1 2 3")
    check_nothing_false_is_said(chat)
    assert chat.page.evaluate(told) == [UNREACHABLE, ""]


def record(chat: Chat) -> str:
    """Notes what the page says about its connection; the expression gives the notes."""
    chat.connection.evaluate(
        """line => {
            window.told = [];
            const note = () => window.told.push(line.textContent);
            new MutationObserver(note).observe(line, { childList: true });
        }"""
    )
    return "window.told"


def test_a_feed_that_was_cut_misses_nothing(chat: Chat, model: Model, line: Line) -> None:
    there = chat.another_tab(chat.talk(model, ("Name a colour.", "Red.")))
    line.wait_for(FEED, open=2)
    chat.page.close()
    line.down = True
    line.cut()
    expect(there.connection).to_have_text(UNREACHABLE)
    line.down = False
    here = there.another_tab()
    here.rename("Colours")
    expect(there.heading).to_have_text("Colours")
    here.open(f"/c/{there.see_address()}")
    here.talk(model, ("And a fruit.", "Apple."))
    expect(there.answer).to_have_text("Apple.")
    check_nothing_false_is_said(there)


@pytest.fixture
def restartable(site: Instance, line: Line) -> Iterator[Server]:
    """A server of the test's own behind the line, over the same database."""
    server = Server(site, line)
    yield server
    server.signal(signal.SIGKILL)  # or it would wait for the browser's idle connections
    server.program.end()


class Server:
    """A server that ends, and is started again on the same port."""

    def __init__(self, site: Instance, line: Line) -> None:
        log = site.folder / "restarted.log"
        self._command = replace(site.gunicorn(), log=log, grace=20.0)
        self.program = start(self._command)
        line.server_port = self.program.port
        line.cut()  # nothing goes to the server that was behind it before

    def signal(self, number: int) -> None:
        """Tells all of it to end."""
        os.killpg(self.program.pid, number)

    def start_again(self) -> None:
        """Takes the port up again, once the server has ended."""
        self.program.end()
        self.program = Program(self._command, self.program.port)
        self.program.wait_until_listening()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["told-to", "killed"])
def test_a_server_that_ends_in_mid_answer_leaves_it_to_be_continued(
    chat: Chat, model: Model, restartable: Server, server_port: int, number: int
) -> None:
    asked = begin(chat, model)
    elsewhere = Chat(chat.page.context.new_page(), f"http://127.0.0.1:{server_port}")
    elsewhere.open(f"/c/{chat.see_address()}")
    expect(elsewhere.answer).to_have_text("1 ")  # what another process shows is stored
    restartable.signal(number)
    asked.wait_until_left()
    restartable.start_again()
    for tab in (chat, elsewhere):
        tab.see_end("interrupted")
        expect(tab.answers).to_contain_text("The server ended while it was writing this.")
        check_nothing_false_is_said(tab)
    chat.page.get_by_role("button", name="Continue").click()
    model.asked().finish("2")
    chat.see_end()
    assert chat.stored()[-1]["text"].endswith("2")
    check_nothing_false_is_said(chat)


def test_a_server_that_is_asked_to_end_lets_the_answer_end_first(
    chat: Chat, model: Model, restartable: Server
) -> None:
    asked = begin(chat, model)
    restartable.signal(signal.SIGTERM)
    asked.say("2 ")
    expect(chat.answer).to_have_text("1 2 ")
    asked.finish("3")
    restartable.start_again()
    chat.see_end()
    expect(chat.answer).to_have_text("1 2 3")
    check_nothing_false_is_said(chat)
    assert chat.stored()[-1]["text"] == "1 2 3"
