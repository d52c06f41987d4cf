"""Streams as responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from flask import Request, Response, request
from pydantic import Field

from chatapp.chat.answers import open_answer
from chatapp.dialects.base import Dialect
from chatapp.dialects.json import JSON
from chatapp.dialects.ndjson import NDJSON
from chatapp.dialects.openai_chat import OpenAIChat
from chatapp.dialects.plain import Plain
from chatapp.dialects.typed import Typed
from chatapp.errors import BadRequest
from chatapp.events import Start
from chatapp.extensions import db
from chatapp.live.answer import LiveAnswer
from chatapp.live.follow import follow, has_read_all
from chatapp.models import Message
from chatapp.parts import Cursor, parse_cursor
from chatapp.views import services
from chatapp.views.queries import Query

DIALECTS: dict[str, Callable[[Start, Message], Dialect]] = {
    "typed": lambda start, message: Typed(),
    "ndjson": lambda start, message: NDJSON(),
    "text": lambda start, message: Plain(),
    "openai": lambda start, message: OpenAIChat(
        start, int(message.created_at.timestamp()), usage=True, ids=""
    ),
    "json": lambda start, message: JSON(start),
}
"""The formats in which an answer can be followed, each made for one reader."""


class FollowQuery(Query):
    """How a client wants to follow an answer, and from where."""

    kind: Annotated[
        str, Field(alias="as", json_schema_extra=lambda schema: schema.update(enum=list(DIALECTS)))
    ] = "typed"
    after: Annotated[str, Field(description="the last `id:` that was read")] = ""


HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


def wants_stream(asked: Request) -> bool:
    """Whether the client reads Server-Sent Events."""
    return "text/event-stream" in asked.headers.get("Accept", "").lower()


def stream(answer: LiveAnswer, dialect: Dialect, cursor: Cursor | None = None) -> Response:
    """The answer from the cursor on; 204 where the reader has its end."""
    if has_read_all(cursor, answer):
        return Response(status=204)
    response = Response(follow(answer, dialect, cursor), mimetype=dialect.mimetype)
    response.headers.update(HEADERS)
    return response


def stream_message(message: Message) -> Response:
    """Follows a running answer or replays one that has ended, from the client's cursor."""
    dialect, cursor = asked_dialect(), asked_cursor()
    db.session.remove()  # nothing is held while the answer is opened and read
    answer = open_answer(services(), message)
    return stream(answer, dialect(answer.start, message), cursor)


def asked_dialect() -> Callable[[Start, Message], Dialect]:
    """The format that the client wants. Raises `BadRequest` for one that is not spoken here."""
    name = request.args.get("as", "typed")
    if name not in DIALECTS:
        raise BadRequest(f"as: one of {', '.join(DIALECTS)}.")
    return DIALECTS[name]


def asked_cursor() -> Cursor | None:
    """The client's cursor: the header wins, as the address of an `EventSource` never changes.

    Raises `BadRequest` for one that cannot be.
    """
    text = request.headers.get("Last-Event-ID") or request.args.get("after")
    if not text:
        return None
    try:
        return parse_cursor(text)
    except ValueError:
        raise BadRequest("The cursor cannot be read. Send back an `id:` of the stream.") from None
