"""The answering service: what it is asked, and what is made of its events."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from chatapp.errors import ProviderDisconnected
from chatapp.events import Source
from chatapp.prompt import Prompt, Turn
from chatapp.providers.ai_client import AIClient
from tests.providers.conftest import KEY
from tests.providers.said import PROMPT, Said, ask
from tests.support.model_server import Answer, ModelServer, frame


def words(text: Any) -> bytes:
    return frame({"type": "content", "content": text}, "message")


END = frame({"type": "end"}, "end")


@pytest.fixture
def say(server: ModelServer, ai_client: AIClient) -> Any:
    """Lets the service send some bytes, and asks."""

    def say(*script: bytes, **options: Any) -> Said:
        server.answers(Answer.sse(*script, **options))
        return ask(ai_client)

    return say


def test_the_request_is_question_and_history(server: ModelServer, ai_client: AIClient) -> None:
    turns = (Turn("system", "s"), Turn("user", "a"), Turn("assistant", "b"), Turn("user", "c 🚀"))
    server.answers(Answer.sse(END))
    ask(ai_client, Prompt("m", turns, conversation_id="c1", user_id="u1"))
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/ask")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "text/event-stream"
    assert request.json() == {
        "question": "c 🚀",
        "messages": [
            {"role": "system", "content": "s"},
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"},
        ],
        "conversation_id": "c1",
        "user_id": "u1",
    }


def test_without_a_token_there_is_no_header(server: ModelServer) -> None:
    server.answers(Answer.sse(END))
    provider = AIClient(url=server.url)
    ask(provider)
    provider.close()
    assert "authorization" not in server.requests[0].headers


def test_a_prompt_that_ends_with_an_answer_is_history(
    server: ModelServer, ai_client: AIClient
) -> None:
    server.answers(Answer.sse(END))
    ask(ai_client, replace(PROMPT, turns=(Turn("user", "a"), Turn("assistant", "b"))))
    body = server.requests[0].json()
    assert (body["question"], len(body["messages"])) == ("a", 2)


def test_the_answer_is_put_together(say: Any) -> None:
    said = say(words("Hel"), words("lo"), END)
    assert (said.text, said.finishes, said.error) == ("Hello", ["stop"], None)


def test_sources_are_numbered_and_may_lack_members(say: Any) -> None:
    sources = [
        {"id": 7, "title": "A", "content": "x", "url": "http://a", "document_name": "a.md"},
        {"id": None, "content": "y\0"},
        "nonsense",
        {},
    ]
    said = say(words("a"), frame({"type": "sources", "sources": sources}, "sources"), END)
    assert said.sources == [
        Source("7", "A", "x", "http://a", "a.md", 1),
        Source("", "", "y\ufffd", None, None, 2),
        Source("", "", "", None, None, 3),
    ]


@pytest.mark.parametrize("sources", [None, [], {}, "x"])
def test_no_sources_are_none(say: Any, sources: Any) -> None:
    said = say(frame({"type": "sources", "sources": sources}), words("a"), END)
    assert (said.sources, said.text, said.error) == ([], "a", None)


@pytest.mark.parametrize("text", ["plain words", "{broken", "42", '"quoted"', "[1]", "two\nlines"])
def test_what_is_no_frame_is_passed_on_as_words(
    say: Any, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    data = "".join(f"data: {line}\n" for line in text.split("\n")) + "\n"
    with caplog.at_level(logging.WARNING):
        said = say(words("a"), data.encode(), END)
    assert (said.text, said.error) == (f"a{text}", None)
    assert f"{len(text)} characters" in caplog.text
    said = logging.Formatter("%(message)s").format  # the place in the code may hold a number
    assert all(text not in said(record) for record in caplog.records)


@pytest.mark.parametrize(
    "unknown",
    [
        frame({"type": "thinking", "content": "b"}, "thinking"),
        frame({"content": "b"}),
        words(None),
        words(["b"]),
        frame("[DONE]"),
        b": ping\n\nevent: ping\n\ndata:\n\n",
    ],
)
def test_unknown_events_are_skipped(say: Any, unknown: bytes) -> None:
    said = say(words("a"), unknown, words("c"), END)
    assert (said.text, said.error) == ("ac", None)


def test_the_name_of_the_event_will_do(say: Any) -> None:
    said = say(words("a"), frame({}, "end"))
    assert (said.finish, said.error) == ("stop", None)


@pytest.mark.parametrize("ending", ["clean", "cut"])
def test_a_close_without_an_end_fails(say: Any, ending: str) -> None:
    said = say(words("a"), ending=ending)
    assert said.text == "a"
    assert isinstance(said.error, ProviderDisconnected)


def test_nothing_after_the_end_counts(say: Any) -> None:
    said = say(words("a"), END, words("b"))
    assert (said.text, said.error) == ("a", None)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame({"type": "error", "error": "Failed to process message"}), "provider_error"),
        (frame({"type": "error", "error": {"code": 429}}), "rate_limited"),
        (frame({"error": "boom"}, "error"), "provider_error"),
        (b"error: boom\n", "provider_error"),
    ],
)
def test_an_error_ends_the_answer_and_keeps_the_words(say: Any, data: bytes, code: str) -> None:
    said = say(words("a"), data, END)
    assert (said.text, said.error.code) == ("a", code)


def test_halves_of_a_character_are_put_together(say: Any) -> None:
    halves = [b'data: {"type":"content","content":"%b"}\n\n' % h for h in (rb"\ud83d", rb"\ude80")]
    assert say(*halves, END).text == "🚀"


def test_a_connection_serves_the_next_question(server: ModelServer, ai_client: AIClient) -> None:
    server.answers(Answer.sse(words("a"), END))
    for _ in range(3):
        assert ask(ai_client).text == "a"
    assert server.connections == 1


def test_its_words_name_its_own_settings(server: ModelServer, ai_client: AIClient) -> None:
    server.answers(Answer.json({}, 401))
    error = ask(ai_client).error
    assert error
    assert (error.code, "CHATAPP_AI_CLIENT_TOKEN" in error.words) == ("unauthenticated", True)


def test_it_has_one_model(ai_client: AIClient) -> None:
    assert ai_client.models() == ("ai-client",)
