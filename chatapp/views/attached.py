"""Requests that are their run: where no one can come back, leaving is stopping."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from socket import SHUT_RDWR, socket
from types import TracebackType

from flask import Response, request

from chatapp.dialects.base import Dialect
from chatapp.live.answer import LiveAnswer
from chatapp.live.engine import Engine
from chatapp.live.follow import follow
from chatapp.live.leaving import watch
from chatapp.live.outcome import outcome
from chatapp.views.streams import HEADERS


class Attachment:
    """Binds an answer to the request that asked for it: when that ends, so does the run.

    It watches the client's socket until `end`; as a context manager, for a block that waits.
    """

    def __init__(self, engine: Engine, answer: LiveAnswer) -> None:
        self._engine = engine
        self._answer = answer
        client = _client()
        self._watch = watch(client, self._stop) if client else None

    def stream(self, dialect: Dialect) -> Response:
        """The whole answer as it grows; the end of the response is that of the run."""
        response = Response(_told(self._answer, dialect), mimetype=dialect.mimetype)
        response.headers.update(HEADERS)
        response.call_on_close(self.end)
        return response

    def end(self) -> None:
        """The client has been served, or has gone."""
        if self._watch:
            self._watch.end()
        self._stop()

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def _stop(self) -> None:
        if self._answer.closing is None:
            self._engine.stop(self._answer.start.message_id)


def stream_or_cut(answer: LiveAnswer, dialect: Dialect) -> Response:
    """An answer that its reader can come back to, and that goes on without it.

    Where another process goes on with it, the connection is cut: a clean end without the events
    that tell of one would look like a whole answer.
    """
    response = Response(_told_or_cut(answer, dialect, _client()), mimetype=dialect.mimetype)
    response.headers.update(HEADERS)
    return response


def _client() -> socket | None:
    """The client's socket, where the server shows it."""
    environ = request.environ
    client: socket | None = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    return client


def _told_or_cut(answer: LiveAnswer, dialect: Dialect, client: socket | None) -> Iterator[bytes]:
    yield from follow(answer, dialect)
    if not answer.closing and client:
        with suppress(OSError):  # it has gone by itself
            client.shutdown(SHUT_RDWR)


def _told(answer: LiveAnswer, dialect: Dialect) -> Iterator[bytes]:
    """The answer to its end, also where another process goes on with it: nobody will follow."""
    yield from follow(answer, dialect)
    if not answer.closing:
        yield dialect.encode(outcome(answer).end, "end")
