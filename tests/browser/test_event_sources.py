"""Every address that an `EventSource` may ask: cut off, it comes back, and asks nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any, TypeAlias
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from chatapp.sse import Decoder, Message
from tests.browser.chat import Chat
from tests.browser.line import Line
from tests.browser.model import Model
from tests.support.instance import Instance

READ = """([name, address]) => {
    const shown = document.body.appendChild(document.createElement("output"));
    shown.id = name;
    const source = new EventSource(address);
    let words = "", ends = 0;
    const piece = value => value.prompt ?? value.choices?.[0].delta.content ?? value.content ?? "";
    const show = () => {
        const closed = source.readyState === EventSource.CLOSED ? ", closed" : "";
        shown.textContent = `${words}/${ends}${closed}`;
    };
    source.onmessage = ({ data }) => {
        const value = data === "[DONE]" ? { content: data } : JSON.parse(data);
        if (value.content === "[DONE]") ends++;
        else words += piece(value);
        show();
    };
    source.addEventListener("end", () => { ends++; show(); });
    source.onerror = show;
}"""
"""Shows which words came, how many ends, and whether the source gave up."""


def post(port: int, site: Instance, path: str, body: dict[str, str]) -> Any:
    """What the account gets for some JSON."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = site.headers | {"Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), headers)
    reply = json.loads(connection.getresponse().read())
    connection.close()
    return reply


Address: TypeAlias = Callable[[int, Instance], str]
"""Makes the address of a question that nobody has asked before."""


def prompts(port: int, site: Instance) -> str:
    """The answer to a prompt, by its `chatId`."""
    made = post(port, site, "/api/users", {"prompt": "Count."})
    return f"/api/users/stream?chatId={made['chatId']}"


def coach(port: int, site: Instance) -> str:
    """The coach, by a token in the address."""
    return "/api/coach/stream?" + urlencode({"input": "Count.", "token": site.token})


def by_ticket(path: str, query: str) -> Address:
    """An address that a ticket opens."""

    def address(port: int, site: Instance) -> str:
        ticket = post(port, site, "/api/stream-tickets", {"path": path})["ticket"]
        return f"{path}?{query}&ticket={ticket}"

    return address


GUIDES: dict[str, Address] = {
    "prompts": prompts,
    "coach": coach,
    "rooms": by_ticket("/api/chat/stream", "message=Count."),
    "hello": by_ticket("/hello", ""),
}


def test_sources_that_are_cut_off_ask_once(
    chat: Chat, site: Instance, model: Model, line: Line
) -> None:
    where, asked = {}, []
    for name, address in GUIDES.items():
        where[name] = address(line.port, site)
        chat.page.evaluate(READ, [name, where[name]])
        asked.append(model.asked())
    for words, heard in (("1 ", "1 /0"), ("2 ", "1 2 /0")):
        for each in asked:
            each.say(words)
        for name in where:
            expect(chat.page.locator(f"#{name}")).to_have_text(heard)
        line.cut()
    for each in asked:
        each.finish("3")
    for name, path in where.items():
        expect(chat.page.locator(f"#{name}")).to_have_text("1 2 3/1, closed")
        assert line.requests(path.partition("?")[0]) == 4  # the last learns that all is said
    assert model.questions.empty()


@contextmanager
def opened(port: int, address: str, last: str = "") -> Iterator[HTTPResponse]:
    """One connection of an `EventSource`; leaving the block breaks it off."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    connection.request("GET", address, headers=headers)
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def events(response: HTTPResponse) -> Iterator[Message]:
    """The events of a stream, as they come."""
    decoder = Decoder()
    while line := response.readline():
        yield from (item for item in decoder.feed(line) if isinstance(item, Message))


@pytest.mark.parametrize("address", GUIDES.values(), ids=GUIDES)
def test_a_socket_that_breaks_off_after_each_event_asks_once(
    site: Instance, model: Model, server_port: int, address: Address
) -> None:
    where = address(server_port, site)
    with opened(server_port, where) as response:
        last = next(events(response)).id  # before the first word
    asked = model.asked()
    asked.finish("1 2 3")
    count = 0
    while True:
        with opened(server_port, where, last) as response:
            if response.status == 204:
                break
            last = next(events(response)).id
            count += 1
    assert last.endswith("end")
    assert count >= 2  # the words, and the end
    assert model.questions.empty()
