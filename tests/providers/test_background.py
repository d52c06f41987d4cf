"""Answers that the server writes in the background, and tells again from any place on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chatapp.events import Mark, Text
from chatapp.live.call import Call
from chatapp.providers.openai_responses import OpenAIResponses
from tests.providers.said import PATIENCE, PROMPT, ask, collect
from tests.support.background import ID, Background
from tests.support.model_server import ModelServer

WORDS = [f" w{number}" for number in range(20)]


@pytest.fixture
def provider(server: ModelServer) -> Iterator[OpenAIResponses]:
    """Asks for answers in the background."""
    provider = OpenAIResponses(base_url=server.base_url, api_key="k", background=True)
    yield provider
    provider.close()


def test_the_server_is_asked_to_go_on_whoever_listens(
    server: ModelServer, provider: OpenAIResponses
) -> None:
    server.answers_by(Background(WORDS, 98).answer)
    assert ask(provider).text == "".join(WORDS)
    body = server.requests[0].json()
    assert (body["background"], body["store"], body["stream"]) == (True, True, True)


def test_without_the_setting_nothing_is_kept_by_the_server(server: ModelServer) -> None:
    server.answers_by(Background(WORDS, 98).answer)
    provider = OpenAIResponses(base_url=server.base_url, api_key="k")
    assert ask(provider).text == "".join(WORDS)
    assert "background" not in server.requests[0].json()
    assert server.requests[0].json()["store"] is False
    provider.close()


@pytest.mark.parametrize("broken_after", [1, 7, 20])
def test_a_broken_connection_is_made_again_behind_the_last_mark(
    server: ModelServer, provider: OpenAIResponses, broken_after: int
) -> None:
    server.answers_by(Background(WORDS, broken_after).answer)
    said = ask(provider)
    assert (said.text, said.error, said.finish) == ("".join(WORDS), None, "stop")


def test_another_process_goes_on_behind_any_mark(
    server: ModelServer, provider: OpenAIResponses
) -> None:
    server.answers_by(Background(WORDS, 98).answer)
    text = ""
    for event in provider.stream(PROMPT, Call(PATIENCE, PATIENCE)):
        if isinstance(event, Text):
            text += event.content
        elif isinstance(event, Mark):
            other = OpenAIResponses(base_url=server.base_url, api_key="k")
            rest = collect(other.resume(event.token, Call(PATIENCE, PATIENCE)))
            other.close()
            assert text + rest.text == "".join(WORDS)
    assert text == "".join(WORDS)


def test_stopping_tells_the_server_to_stop(server: ModelServer, provider: OpenAIResponses) -> None:
    background = Background(WORDS, 5)
    server.answers_by(background.hold)
    call = Call(PATIENCE, PATIENCE)
    events = provider.stream(PROMPT, call)
    assert next(event for event in events if isinstance(event, Text)).content == " w0"
    call.stop()
    collect(events)
    assert background.cancelled.wait(PATIENCE)
    assert server.requests[-1].target.endswith(f"/responses/{ID}/cancel")


def test_leaving_lets_the_server_go_on(server: ModelServer, provider: OpenAIResponses) -> None:
    background = Background(WORDS, 5)
    server.answers_by(background.hold)
    call = Call(PATIENCE, PATIENCE)
    events = provider.stream(PROMPT, call)
    next(event for event in events if isinstance(event, Text))
    call.cancel()
    collect(events)
    assert not background.cancelled.is_set()
    assert len(server.requests) == 1
