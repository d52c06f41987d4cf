"""httpx-sse over the native API."""

from __future__ import annotations

from collections.abc import Generator

import httpx
from httpx_sse import connect_sse

from tests.clients.python.native import STREAM, Answer, messages
from tests.clients.python.told import serve


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    answer = Answer()
    asked = {"headers": STREAM, "json": {"content": question}}
    with httpx.Client() as client, connect_sse(client, "POST", messages(), **asked) as source:
        source.response.raise_for_status()
        try:
            for event in source.iter_sse():
                yield answer.hear(event.data)
        except GeneratorExit:
            answer.stop()
            raise


serve(ask)
