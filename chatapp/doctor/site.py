"""The chat as people reach it: requests through whatever stands in front of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit

from pydantic import BaseModel

from chatapp.doctor.passage import Frame
from chatapp.sse import Decoder, Message

PATIENCE = 15.0
"""Seconds without a byte after which a request is given up."""

TROUBLE = (OSError, HTTPException, ValueError, zlib.error)
"""What a request raises where it fails, or where something else than a chatapp answers."""

_GZIP = 16 + zlib.MAX_WBITS


class Said(BaseModel):
    """What a frame says: when it was sent, one of how many it is, and how the chat was asked."""

    sent_at: float
    of: int
    protocol: str
    proxied: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """A stream as it arrived. `headers` have names in lower case; `said` is None without frames."""

    status: int
    version: int
    headers: dict[str, str]
    frames: tuple[Frame, ...] = ()
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """An address such as https://chat.example.com. All calls raise what `TROUBLE` names."""

    url: str

    def read(self, path: str) -> tuple[int, bytes]:
        """The status and the body of a page."""
        with self._get(path, {}) as response:
            return response.status, response.read()

    def stream(self, path: str) -> Arrival:
        """A stream, asked for as browsers do: compressed, where a proxy likes to."""
        asked = {"Accept": "text/event-stream", "Accept-Encoding": "gzip"}
        with self._get(path, asked) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            arrival = Arrival(response.status, response.version, headers)
            if not headers.get("content-type", "").startswith("text/event-stream"):
                return arrival
            heard = list(_hear(response))
        frames = tuple(Frame(said.sent_at, at) for said, at in heard)
        said = heard[0][0] if heard else None
        return Arrival(arrival.status, arrival.version, headers, frames, said)

    @contextmanager
    def _get(self, path: str, headers: dict[str, str]) -> Iterator[HTTPResponse]:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        with closing(kind(parts.hostname or "", parts.port, timeout=PATIENCE)) as connection:
            connection.request("GET", parts.path.rstrip("/") + path, headers=headers)
            yield connection.getresponse()


def _hear(response: HTTPResponse) -> Iterator[tuple[Said, float]]:
    """The frames, each with the time of its arrival."""
    decoder = Decoder()
    for chunk in _unpack(response):
        at = monotonic()
        for item in decoder.feed(chunk):
            if isinstance(item, Message):
                yield Said.model_validate_json(item.data), at


def _unpack(response: HTTPResponse) -> Iterator[bytes]:
    chunks = iter(response.read1, b"")
    if response.headers.get("Content-Encoding") != "gzip":
        return chunks
    unpacker = zlib.decompressobj(_GZIP)
    return (unpacker.decompress(chunk) for chunk in chunks)
