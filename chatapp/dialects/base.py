"""What a dialect is."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from chatapp import sse
from chatapp.events import Event

RETRY = 2000
"""Milliseconds after which a client that lost its line asks again, where it can."""

HEARTBEAT = sse.encode_comment()
"""What shows life in an event stream."""

DONE = b"data: [DONE]\n\n"
"""What ends the event streams of OpenAI's APIs, and those made after them."""


class Dialect(Protocol):
    """A client format. `mimetype` goes into the headers of the response.

    `key` names a dialect whose frames are the same for every reader of an answer, so that each
    frame is made once; it is None for one that keeps state of its own.
    """

    mimetype: str
    key: Hashable | None

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """One event with the cursor behind it; `first` for the first event of a stream."""

    def heartbeat(self) -> bytes:
        """Something that shows life and means nothing."""
