"""A request whose status comes late."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Thread
from typing import Any

from werkzeug.test import TestResponse

from tests.conftest import Api


class Asking:
    """A request that waits for its status, in a thread of its own."""

    def __init__(self, api: Api, path: str, body: Mapping[str, Any]) -> None:
        self._api, self._path, self._body = api, path, body
        self._response: TestResponse | None = None
        self._thread = Thread(target=self._ask)
        self._thread.start()

    def response(self) -> TestResponse:
        """The response, once it has begun."""
        self._thread.join(10)
        assert self._response is not None, "there is no status yet"
        return self._response

    def _ask(self) -> None:
        self._response = self._api.post(self._path, self._body, buffered=False)
