"""A browser's own `EventSource`, which has nothing but a ticket: cut off, it comes back."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.line import Line
from tests.browser.model import Model

ISSUE = """async path => {
    const me = await (await fetch("/api/me")).json();
    const response = await fetch("/api/stream-tickets", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": me.csrf_token },
        body: JSON.stringify({ path }),
    });
    return (await response.json()).ticket;
}"""

READ = """address => {
    const source = new EventSource(address);
    let words = "", ends = 0;
    const show = () => {
        const closed = source.readyState === EventSource.CLOSED ? ", closed" : "";
        document.title = `${words}/${ends}${closed}`;
    };
    source.addEventListener("message", event => { words += JSON.parse(event.data).content; });
    source.addEventListener("end", () => ends++);
    for (const name of ["message", "end", "error"]) source.addEventListener(name, show);
}"""
"""Shows in the title which words came, how many ends, and whether the source gave up."""

LISTEN = """address => {
    let syncs = 0;
    new EventSource(address).onmessage = event => {
        if (JSON.parse(event.data).type === "sync") document.title = `${++syncs} syncs`;
    };
}"""


def take_ticket(chat: Chat, path: str) -> str:
    """The address with a ticket; nothing else in the browser tells who it is any more."""
    ticket = chat.page.evaluate(ISSUE, path)
    chat.page.context.clear_cookies()
    chat.open()
    return f"{path}?ticket={ticket}"


def test_a_source_that_is_cut_off_reads_the_whole_answer_once(
    chat: Chat, model: Model, line: Line
) -> None:
    chat.ask("Count.")
    asked = model.asked()
    asked.say("1 ")
    expect(chat.answer).to_have_text("1 ")
    path = f"/api/messages/{chat.answers.last.get_attribute('data-id')}/stream"
    address = take_ticket(chat, path)
    before = line.requests(path)
    chat.page.evaluate(READ, address)
    expect(chat.page).to_have_title("1 /0")
    for words, heard in (("2 ", "1 2 /0"), ("3 ", "1 2 3 /0")):
        line.cut()
        asked.say(words)
        expect(chat.page).to_have_title(heard)
    line.cut()
    asked.finish("4")
    expect(chat.page).to_have_title("1 2 3 4/1, closed")
    assert line.requests(path) - before == 5  # the last one learns that nothing is left


def test_a_feed_that_is_cut_off_comes_back(chat: Chat, model: Model, line: Line) -> None:
    chat.talk(model, ("Why?", "Because."))
    chat.page.evaluate(LISTEN, take_ticket(chat, "/events"))
    for count in (1, 2, 3):
        expect(chat.page).to_have_title(f"{count} syncs")
        line.cut()
