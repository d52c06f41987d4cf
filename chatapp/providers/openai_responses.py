"""The Responses API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatapp.events import ProviderEvent
from chatapp.prompt import Prompt
from chatapp.providers._openai import OpenAIClient
from chatapp.providers._reading import events
from chatapp.providers._responses_reading import ResponsesReader
from chatapp.providers.base import Call


class OpenAIResponses:
    """A server that speaks the Responses API."""

    name = "openai-responses"
    grounded = False

    def __init__(self, *, base_url: str | None = None, api_key: str | None = None) -> None:
        self._client = OpenAIClient(base_url, api_key)

    def warm(self) -> None:
        """Loads what the first question would have to wait for."""
        self._client.warm()

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._client.close()

    def models(self) -> tuple[str, ...]:
        """The ids that the server offers. Raises `ProviderError`."""
        return self._client.models()

    def stream(self, prompt: Prompt, call: Call) -> Iterator[ProviderEvent]:
        """Asks the model and yields what it says. Raises `ProviderError`."""
        response = self._client.post("/responses", _body(prompt), call)
        yield from events(response, ResponsesReader(), call)


def _body(prompt: Prompt) -> dict[str, Any]:
    """The request; what is said here is kept by us, so the server need not store it."""
    body: dict[str, Any] = {
        "model": prompt.model,
        "input": [{"role": turn.role, "content": turn.content} for turn in prompt.turns],
        "stream": True,
        "store": False,
    }
    if prompt.temperature is not None:
        body["temperature"] = prompt.temperature
    if prompt.max_output_tokens is not None:
        body["max_output_tokens"] = prompt.max_output_tokens
    return body | dict(prompt.options)
