"""What some thirty model servers really sent, replayed by a real server to the real client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chatapp.errors import ProviderDisconnected
from chatapp.providers.base import Provider
from chatapp.providers.openai_chat import OpenAIChat
from chatapp.providers.openai_responses import OpenAIResponses
from tests.providers.said import Said, ask
from tests.support.model_server import Answer, ModelServer, cut
from tests.support.recordings import needs_recordings, recordings

pytestmark = needs_recordings

WHOLE = 1 << 30

FINISHES = {"completed": "stop"}
"""What the Responses API calls a finish; all other names are our own."""


@dataclass(frozen=True)
class Recording:
    """A recorded stream, and what it says."""

    data: bytes
    row: dict[str, Any]

    @property
    def api(self) -> str:
        """`chat` or `responses`."""
        return str(self.row["api"])

    @property
    def fails(self) -> bool:
        """Whether it ends in an error: its own, or that of a response that never completes."""
        unfinished = self.api == "responses" and not self.row.get("finish")
        return unfinished or bool(self.row.get("errors"))

    @property
    def usage(self) -> tuple[int, int] | None:
        """Tokens given and made."""
        usage = self.row.get("usage")
        if not usage:
            return None
        given, made = (
            ("prompt_tokens", "completion_tokens")
            if self.api == "chat"
            else ("input_tokens", "output_tokens")
        )
        return usage[given], usage[made]


def all_recordings() -> list[Any]:
    folder = recordings()
    if not folder:
        return []
    streams = folder / "streams"
    rows = map(json.loads, (streams / "expected.jsonl").read_text().splitlines())
    return [
        pytest.param(Recording((streams / row["file"]).read_bytes(), row), id=row["file"])
        for row in rows
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """One server for all recordings."""
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def providers(server: ModelServer) -> Iterator[dict[str, Provider]]:
    """The real clients."""
    chat = OpenAIChat(base_url=server.base_url, api_key="k")
    responses = OpenAIResponses(base_url=server.base_url, api_key="k")
    yield {"chat": chat, "responses": responses}
    chat.close()
    responses.close()


@pytest.fixture(params=all_recordings())
def recording(request: pytest.FixtureRequest) -> Recording:
    """Each recording."""
    assert isinstance(request.param, Recording)
    return request.param


@pytest.mark.parametrize("size", [WHOLE, 1000, 7, 1], ids=["whole", "1000", "7", "1"])
def test_a_recording_says_what_it_said(
    recording: Recording, size: int, server: ModelServer, providers: dict[str, Provider]
) -> None:
    server.answers(Answer.sse(*cut(recording.data, size)))
    said = ask(providers[recording.api])
    row = recording.row
    assert said.text == row["text"]
    assert said.refusal == row.get("refusal", "")
    assert len(said.reasoning) == row["reasoning_chars"]
    assert said.names == row.get("tool_calls", [])
    assert said.finish == FINISHES.get(str(row.get("finish")), row.get("finish"))
    assert said.usage == recording.usage
    assert bool(said.error) == recording.fails
    assert not isinstance(said.error, ProviderDisconnected)


def test_a_recording_that_is_cut_keeps_its_words_and_fails(
    recording: Recording, server: ModelServer, providers: dict[str, Provider]
) -> None:
    half = cut(recording.data[: len(recording.data) // 2], 1000)
    provider = providers[recording.api]
    server.answers(Answer.sse(*half), Answer.sse(*half, ending="cut"))
    ended, said = ask(provider), ask(provider)
    assert isinstance(said.error, ProviderDisconnected)
    assert _words(said) == _words(ended)
    assert recording.row["text"].startswith(said.text)


def _words(said: Said) -> tuple[object, ...]:
    return said.text, said.refusal, said.reasoning, said.calls, said.finishes, said.usages
