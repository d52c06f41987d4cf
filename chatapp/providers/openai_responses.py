"""The Responses API.

In background mode the server goes on writing whoever listens, keeps the answer for a while, and
tells it again from any `sequence_number` on:
https://platform.openai.com/docs/guides/background
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from chatapp.errors import ProviderDisconnected, ProviderError
from chatapp.events import Finish, Mark, ProviderEvent
from chatapp.prompt import Prompt
from chatapp.providers._echoes import remember
from chatapp.providers._openai import OpenAIClient
from chatapp.providers._pictures import responses_content, shown
from chatapp.providers._reading import events
from chatapp.providers._responses_reading import ResponsesReader
from chatapp.providers.base import Call

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

TRIES = 4
"""How often a connection is made again without any progress."""

PAUSE = 0.5
"""Seconds before it is made again."""


class OpenAIResponses:
    """A server that speaks the Responses API; in the `background`, if it shall be resumable."""

    name = "openai-responses"
    grounded = False
    speaks = "responses"

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        background: bool = False,
    ) -> None:
        self._client = OpenAIClient(base_url, api_key)
        self._background = background

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
        remember(prompt)
        kept = {"background": True, "store": True} if self._background else {}

        def post(prompt: Prompt) -> httpx2.Response:
            return self._client.post("/responses", _body(prompt) | kept, call)

        def ask() -> httpx2.Response:
            return shown(prompt, post)

        if not self._background:
            yield from events(ask, ResponsesReader(), call)
            return
        yield from self._follow(ask, call)

    def resume(self, token: str, call: Call) -> Iterator[ProviderEvent]:
        """Goes on behind a mark. Raises `ProviderError`."""
        yield from self._follow(lambda: self._again(token, call), call, token)

    def _follow(
        self, ask: Callable[[], httpx2.Response], call: Call, token: str = ""
    ) -> Iterator[ProviderEvent]:
        """Reads to the end; a connection that breaks is made again from the last mark on."""
        tries, finished = TRIES, False
        try:
            while True:
                try:
                    for event in events(ask, ResponsesReader(token), call):
                        if isinstance(event, Mark):
                            token, tries = event.token, TRIES
                        finished = finished or isinstance(event, Finish)
                        yield event
                except ProviderDisconnected:
                    tries -= 1
                    if finished or not token or not tries or not call.wait(PAUSE):
                        raise
                else:
                    return
                ask = partial(self._again, token, call)
        finally:
            if token and call.stopped and not finished:
                self._cancel(token, call)

    def _again(self, token: str, call: Call) -> httpx2.Response:
        id, _, number = token.partition(":")
        place = {"stream": "true", "starting_after": number}
        return self._client.get(f"/responses/{id}", place, call)

    def _cancel(self, token: str, call: Call) -> None:
        """Tells the server to stop: closing the connection does not."""
        id, _, _ = token.partition(":")
        try:
            self._client.send(f"/responses/{id}/cancel")
        except ProviderError as error:
            log.warning("the model goes on, though it was told to stop: %s", error)


def _body(prompt: Prompt) -> dict[str, Any]:
    """The request; what is said here is kept by us, so the server need not store it."""
    body: dict[str, Any] = {
        "model": prompt.model,
        "input": [
            {"role": turn.role, "content": responses_content(turn, prompt)} for turn in prompt.told
        ],
        "stream": True,
        "store": False,
    }
    if prompt.temperature is not None:
        body["temperature"] = prompt.temperature
    if prompt.max_output_tokens is not None:
        body["max_output_tokens"] = prompt.max_output_tokens
    return body | dict(prompt.options)
