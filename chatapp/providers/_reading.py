"""Reads a streamed response: bytes to server-sent events, and those to events of ours."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import msgspec

from chatapp.errors import EventTooLarge, ProviderDisconnected, ProviderError
from chatapp.events import ProviderEvent
from chatapp.providers._failures import UNREADABLE, Advice, told
from chatapp.providers.base import Call
from chatapp.sse import Decoder, Item, Message, UnknownField

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

T = TypeVar("T", bound=msgspec.Struct)


Ask: TypeAlias = "Callable[[], httpx2.Response]"
"""Sends the question, and gives the response before its body was read."""


class Reader(Protocol):
    """What one kind of server means by its messages."""

    ended: bool
    """Whether all is said, so that nothing that follows is read."""

    advice: Advice
    """The settings to name where the server reports an error."""

    def read(self, message: Message) -> Iterable[ProviderEvent]:
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


def events(ask: Ask, reader: Reader, call: Call) -> Iterator[ProviderEvent]:
    """Asks, and yields what the response says, as it says it; closes it in the end.

    Raises `ProviderError`.
    """
    from httpx2 import RequestError

    response = ask()
    body, decoder = _body(response), Decoder()
    try:
        while not reader.ended and (chunk := body.read()):
            for item in decoder.feed(chunk):
                if isinstance(item, Message) and item.data:
                    call.heard()
                    yield from reader.read(item)
                    if reader.ended:
                        body.drain()
                        break
                else:
                    _note(item, reader, call)
    except ProviderError:
        yield from reader.rest()
        raise
    except (RequestError, EventTooLarge) as error:
        yield from reader.rest()
        raise _failure(error, reader.advice) from error
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


def _note(item: Item, reader: Reader, call: Call) -> None:
    """Takes what says nothing: a comment, or an event without data, shows that the server lives."""
    if not isinstance(item, UnknownField):
        call.heard_comment()
    elif item.name == "error":  # llama-box reports one in a field of this name
        raise told(item.value, reader.advice)


def _failure(error: Exception, advice: Advice) -> ProviderError:
    if isinstance(error, EventTooLarge):
        log.warning("the model's server sent too much at once: %s", error)
        return UNREADABLE.error(advice)
    log.info("the connection to the model's server broke off: %s", error)
    return ProviderDisconnected()


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
