"""Reads a streamed response: bytes to server-sent events, and those to events of ours."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from chatapp.errors import EventTooLarge, ProviderDisconnected, ProviderError
from chatapp.events import ProviderEvent
from chatapp.providers._failures import UNREADABLE, Advice, told
from chatapp.providers.base import Call
from chatapp.sse import Decoder, Message, UnknownField

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

T = TypeVar("T", bound=msgspec.Struct)


class Reader(Protocol):
    """What one kind of server means by its messages."""

    ended: bool
    """Whether all is said, so that nothing that follows is read."""

    advice: Advice
    """The settings to name where the server reports an error."""

    def read(self, message: Message) -> Iterator[ProviderEvent]:
        """The events of one message, whose data is not empty. Raises `ProviderError`."""

    def rest(self) -> Iterator[ProviderEvent]:
        """What was kept back, once no further message comes."""

    def conclude(self) -> None:
        """Raises `ProviderError` where the stream may not end like this."""


class Body(Protocol):
    """The bytes of a response, as the transport hands them out."""

    def read(self) -> bytes:
        """The bytes that come next; none at the end."""

    def drain(self) -> None:
        """Waits shortly for the end, so that the connection can be used again."""


def events(response: httpx2.Response, reader: Reader, call: Call) -> Iterator[ProviderEvent]:
    """What the response says, as it says it; closes it in the end. Raises `ProviderError`."""
    body = _body(response)
    try:
        for message in _messages(body, reader, call):
            yield from reader.read(message)
            if reader.ended:
                body.drain()
                break
    except ProviderError:
        yield from reader.rest()
        raise
    finally:
        response.close()
    yield from reader.rest()
    reader.conclude()


def parse(data: str) -> Any:
    """The JSON value of a message that the quick way refused. Raises `ProviderError`.

    Unlike msgspec, the standard library reads a lone surrogate, which servers send where they cut
    a character in two.
    """
    try:
        return json.loads(data, strict=False)
    except (ValueError, RecursionError):
        log.warning("the model's server sent %d characters that are not JSON", len(data))
        raise UNREADABLE.error() from None


def pick(kind: type[T], value: Any) -> T:
    """The fields of a struct that a JSON value has, whatever their types."""
    members = value if isinstance(value, dict) else {}
    return kind(**{name: members[name] for name in kind.__struct_fields__ if name in members})


def _messages(body: Body, reader: Reader, call: Call) -> Iterator[Message]:
    from httpx2 import RequestError

    decoder = Decoder()
    try:
        while chunk := body.read():
            for item in decoder.feed(chunk):
                if isinstance(item, Message) and item.data:
                    call.heard()
                    yield item
                elif not isinstance(item, UnknownField):  # a comment, or an event without data
                    call.heard_comment()
                elif item.name == "error":  # llama-box reports one in a field of this name
                    raise told(item.value, reader.advice)
    except RequestError as error:
        log.info("the connection to the model's server broke off: %s", error)
        raise ProviderDisconnected from error
    except EventTooLarge as error:
        log.warning("the model's server sent too much at once: %s", error)
        raise UNREADABLE.error(reader.advice) from error


def _body(response: httpx2.Response) -> Body:
    """The transport's body; decoded, where the server compressed it without being asked to."""
    body: Body | None = response.extensions.get("body")
    if body and response.headers.get("content-encoding", "identity") == "identity":
        return body
    return _Decoded(response)


class _Decoded:
    """A body that httpx2 decompresses, or whose connection is httpx2's own."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._chunks = response.iter_bytes()

    def read(self) -> bytes:
        return next(self._chunks, b"")

    def drain(self) -> None:
        self._response.close()
