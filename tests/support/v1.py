"""Somebody who calls OpenAI's API as we serve it, and the model behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.test import TestResponse

from chatapp.events import Finish, ProviderEvent
from chatapp.sse import Decoder, Message
from tests.conftest import Api
from tests.support.pending import Asking
from tests.support.replies import value
from tests.support.scripted import Asked, Scripted


class Calls:
    """Somebody's calls of one address, and the model's side of the last one.

    `body` is sent each time; what a call is given is added.
    """

    def __init__(self, api: Api, model: Scripted, path: str, body: Mapping[str, Any]) -> None:
        self.api = api
        self._model = model
        self._path, self._body = path, body

    def ask(self, **body: Any) -> tuple[Asking, Asked]:
        """Asks, and gives the model's side."""
        asking = Asking(self.api, self._path, {**self._body, **body})
        return asking, self._model.asked()

    def answer(self, *said: ProviderEvent | str, **body: Any) -> TestResponse:
        """The response to a model that says something and ends."""
        asking, asked = self.ask(**body)
        asked.say(*said or ("Because.", Finish("stop")))
        asked.end()
        self.asked = asked
        return asking.response()

    def told(self, **body: Any) -> Asked:
        """What the model was told."""
        self.answer(**body).get_data()
        return self.asked

    def refused(self, **body: Any) -> TestResponse:
        """The response to what does not reach the model."""
        response = self.api.post(self._path, {**self._body, **body})
        assert self._model.is_idle
        return response


def error(response: TestResponse, status: int) -> dict[str, Any]:
    """The error of a response, in OpenAI's shape."""
    body = value(response, status)
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert body["error"]["message"].strip()
    told: dict[str, Any] = body["error"]
    return told


def data(response: TestResponse) -> list[str]:
    """What the blocks of a stream hold; each has data, or is a comment."""
    assert response.status_code == 200, response.text
    assert response.content_type == "text/event-stream; charset=utf-8"
    body = response.get_data()
    blocks = body.removesuffix(b"\n\n").split(b"\n\n")
    assert all(block.startswith(b": ") or b"data: " in block for block in blocks)
    assert b"\r" not in body
    return [item.data for item in Decoder().feed(body) if isinstance(item, Message)]
