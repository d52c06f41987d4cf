"""Stopping an answer closes its connection at once; many run side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from chatapp.errors import ProviderDisconnected
from chatapp.events import Text
from chatapp.live.call import Call
from chatapp.prompt import Prompt, Turn
from chatapp.providers.base import Provider
from chatapp.providers.openai_chat import OpenAIChat
from tests.providers.said import PATIENCE, PROMPT, Said, ask
from tests.support.model_server import DONE, Answer, ModelServer, chat, frame

WORD = {
    "chat": chat("Hello"),
    "responses": frame({"type": "response.output_text.delta", "delta": "Hello"}),
    "ai_client": frame({"type": "content", "content": "Hello"}),
}


class Asking:
    """A question in a thread of its own."""

    def __init__(self, provider: Provider, call: Call) -> None:
        self._said: Said | None = None
        self._thread = threading.Thread(target=self._run, args=(provider, call))
        self._thread.start()

    def _run(self, provider: Provider, call: Call) -> None:
        self._said = ask(provider, call=call)

    def join(self) -> Said:
        """What was said, once it is over."""
        self._thread.join(PATIENCE)
        assert self._said, "the question still waits"
        return self._said


@pytest.fixture(params=list(WORD))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def provider(kind: str, request: pytest.FixtureRequest) -> Provider:
    provider: Provider = request.getfixturevalue(kind)
    return provider


@pytest.fixture
def call() -> Call:
    return Call(PATIENCE, PATIENCE)


def test_before_the_headers(provider: Provider, server: ModelServer, call: Call) -> None:
    server.answers(Answer((), raw=True, ending="hold"))
    asking = Asking(provider, call)
    request = server.wait_for_request()
    call.cancel()
    assert isinstance(asking.join().error, ProviderDisconnected)
    assert request.client_left.wait(PATIENCE)


def test_among_the_words(provider: Provider, kind: str, server: ModelServer, call: Call) -> None:
    server.answers(Answer.sse(WORD[kind], ending="hold"))
    events = provider.stream(PROMPT, call)
    assert next(events) == Text("Hello")
    threading.Thread(target=call.cancel).start()
    with pytest.raises(ProviderDisconnected):
        next(events)
    assert server.requests[0].client_left.wait(PATIENCE)


def test_closing_the_iterator_closes_the_connection(
    provider: Provider, kind: str, server: ModelServer, call: Call
) -> None:
    server.answers(Answer.sse(WORD[kind], ending="hold"))
    events = provider.stream(PROMPT, call)
    assert next(events) == Text("Hello")
    events.close()  # type: ignore[attr-defined]
    assert server.requests[0].client_left.wait(PATIENCE)


def test_before_anything(provider: Provider, server: ModelServer, call: Call) -> None:
    call.cancel()
    assert isinstance(ask(provider, call=call).error, ProviderDisconnected)
    assert not server.requests


def test_while_it_waits_to_try_again(provider: Provider, server: ModelServer, call: Call) -> None:
    server.answers(Answer.json({}, 503, Retry_After="5"))
    asking = Asking(provider, call)
    assert server.wait_for_request().answered.wait(PATIENCE)
    call.cancel()
    assert isinstance(asking.join().error, ProviderDisconnected)
    assert len(server.requests) == 1


def test_many_answers_grow_side_by_side(server: ModelServer) -> None:
    gate = threading.Event()
    server.answers_by(
        lambda request: Answer.sse(
            chat(request.json()["messages"][0]["content"]), gate, chat("!", finish="stop"), DONE
        )
    )
    provider = OpenAIChat(base_url=server.base_url, api_key="k")
    streams = [
        provider.stream(Prompt("m", (Turn("user", str(n)),)), Call(PATIENCE, PATIENCE))
        for n in range(50)
    ]
    firsts: dict[int, str] = {}
    threads = [
        threading.Thread(target=_follow, args=(firsts, number, stream))
        for number, stream in enumerate(streams)
    ]
    for thread in threads:
        thread.start()
    server.wait_for_request(50)
    gate.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert firsts == {number: f"{number}!" for number in range(50)}
    assert server.connections == 50
    provider.close()


def _follow(said: dict[int, str], number: int, events: Iterator[object]) -> None:
    words = [event.content for event in events if isinstance(event, Text)]
    said[number] = "".join(words)
