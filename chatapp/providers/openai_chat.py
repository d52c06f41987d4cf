"""Chat Completions: OpenAI's own, and that of nearly every other model server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from chatapp.events import ProviderEvent
from chatapp.prompt import Prompt
from chatapp.providers._chat_reading import ChatReader
from chatapp.providers._echoes import remember
from chatapp.providers._failures import Refused
from chatapp.providers._openai import OpenAIClient
from chatapp.providers._pictures import chat_content, shown
from chatapp.providers._reading import events
from chatapp.providers.base import Call

if TYPE_CHECKING:
    import httpx2

PATH = "/chat/completions"

_OPENAI = re.compile(r"https?://[^/]+\.(openai|azure)\.com(:\d+)?/")


class OpenAIChat:
    """A server that speaks Chat Completions."""

    name = "openai"
    grounded = False
    speaks = "chat"

    def __init__(self, *, base_url: str | None = None, api_key: str | None = None) -> None:
        self._client = OpenAIClient(base_url, api_key)
        self._limit = _limit_name(self._client.url)
        self._wants_usage = True

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
        return events(partial(self._ask, prompt, call), ChatReader(), call)

    def _ask(self, prompt: Prompt, call: Call) -> httpx2.Response:
        remember(prompt)
        return shown(prompt, lambda each: self._post(each, call))

    def _post(self, prompt: Prompt, call: Call) -> httpx2.Response:
        try:
            return self._client.post(PATH, self._body(prompt), call)
        except Refused as refused:
            if "stream_options" not in refused.said or not self._wants_usage:
                raise
            self._wants_usage = False  # an old server; it will not be asked for again
            return self._client.post(PATH, self._body(prompt), call)

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": prompt.model,
            "messages": [
                {"role": turn.role, "content": chat_content(turn, prompt)} for turn in prompt.told
            ],
            "stream": True,
        }
        if self._wants_usage:
            body["stream_options"] = {"include_usage": True}
        if prompt.temperature is not None:
            body["temperature"] = prompt.temperature
        if prompt.max_output_tokens is not None:
            body[self._limit] = prompt.max_output_tokens
        return body | dict(prompt.options)


def _limit_name(url: str) -> str:
    """How the limit of the output is called.

    OpenAI's newer models, Azure's too, refuse `max_tokens`; most other servers know nothing else.
    """
    return "max_completion_tokens" if _OPENAI.match(f"{url}/") else "max_tokens"
