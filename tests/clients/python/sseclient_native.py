"""sseclient-py over the native API."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import requests
from sseclient import SSEClient

from tests.clients.python.native import STREAM, Answer, messages
from tests.clients.python.told import serve


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    answer = Answer()
    asked: Any = {"headers": STREAM, "json": {"content": question}, "stream": True}
    with requests.post(messages(), **asked) as response:
        response.raise_for_status()
        try:
            for event in SSEClient(response).events():
                yield answer.hear(event.data)
        except GeneratorExit:
            answer.stop()
            raise


serve(ask)
