"""GETs that ask: an `EventSource` repeats its URL when it lost its line, and must not ask again.

The `id:` of an event is `<message id>:<cursor>`, so whoever comes back goes on where they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from flask import Response, g, request

from chatapp.chat import access, history, repeats, sending
from chatapp.chat.access import Person
from chatapp.chat.answers import open_answer
from chatapp.chat.questions import Question
from chatapp.dialects.base import Dialect
from chatapp.errors import BadRequest
from chatapp.events import Start
from chatapp.extensions import db
from chatapp.parts import Cursor, parse_cursor
from chatapp.views import fresh, guard, services
from chatapp.views.streams import stream

Writer: TypeAlias = Callable[[Start, int], Dialect]
"""Makes the dialect of one reader of an answer, which began so many seconds after 1970; ids begin
with `ids_of` it."""


def answer(question: Question, conversation: Mapping[str, str], write: Writer) -> Response:
    """Asks, follows what this URL asked already, or goes on where the reader was.

    `conversation` are the values by which a person's conversation for this is found or made.
    """
    if last := request.headers.get("Last-Event-ID"):
        return _go_on(last, write)
    guard.check_may_ask()
    person = guard.person_or_visitor()
    id = repeats.running(services(), person, request.full_path)
    return _follow(id or _ask(person, question, conversation), write)


def ids_of(start: Start) -> str:
    """What the ids of an answer's events begin with."""
    return f"{start.message_id}:"


def _ask(person: Person, question: Question, conversation: Mapping[str, str]) -> str:
    """The id of a new answer."""
    id, _ = history.create(services(), person, dict(conversation))
    asked = replace(question, client_id=repeats.client_id(request.full_path))
    return sending.send(services(), person, id, asked).message_id


def _go_on(last: str, write: Writer) -> Response:
    """Raises `BadRequest` for an id that is none of ours, `NotFound` for another person's.

    Nobody cannot be known again as the guest they were: 204 ends their `EventSource` for good.
    """
    id, _, place = last.rpartition(":")
    try:
        cursor = parse_cursor(place)
    except ValueError:
        raise BadRequest("Send back an `id:` of the stream.") from None
    if g.identity is None:
        return Response(status=204)
    return _follow(id, write, cursor)


def _follow(id: str, write: Writer, cursor: Cursor | None = None) -> Response:
    message = access.message(fresh(), guard.person(), id)
    began = int(message.created_at.timestamp())
    db.session.remove()  # nothing is held while the answer is opened and read
    answer = open_answer(services(), message)
    return stream(answer, write(answer.start, began), cursor)
