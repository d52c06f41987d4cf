"""Listening to the live feed of a person, as an `EventSource` in another tab does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from queue import Queue
from threading import Thread
from typing import Any

from chatapp.sse import Comment, Decoder, Message
from tests.conftest import Api

PATIENCE = 10.0
WELCOME = {"sender": "Server", "message": "Welcome to the SSE connection!"}
SYNC = {"type": "sync"}
COMMENT = {"comment": True}


class Listening:
    """A stream of `/events` that closes after `limit` messages; it has begun when this is made."""

    def __init__(self, api: Api, limit: int, ticket: str = "") -> None:
        self._heard: Queue[dict[str, Any] | None] = Queue()
        self._api = api
        self._path = f"/events?limit={limit}" + (f"&ticket={ticket}" if ticket else "")
        Thread(target=self._listen, daemon=True).start()
        assert [self.next(), self.next()] == [WELCOME, SYNC]

    def next(self) -> dict[str, Any]:
        """The next message, or `COMMENT`; fails where none comes."""
        heard = self._heard.get(timeout=PATIENCE)
        assert heard is not None, "the stream has ended"
        return heard

    def rest(self) -> list[dict[str, Any]]:
        """The messages until the end; fails where it does not come."""
        return list(iter(lambda: self._heard.get(timeout=PATIENCE), None))

    def _listen(self) -> None:
        headers = {"Accept": "text/event-stream"}
        response = self._api.get(self._path, headers=headers, buffered=False)
        for heard in items(response.iter_encoded()):
            self._heard.put(heard)
        response.close()
        self._heard.put(None)


def items(chunks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """The messages of a feed, and its comments."""
    decoder = Decoder()
    for chunk in chunks:
        for item in decoder.feed(chunk):
            if isinstance(item, Comment):
                yield COMMENT
            elif isinstance(item, Message):
                yield json.loads(item.data)
