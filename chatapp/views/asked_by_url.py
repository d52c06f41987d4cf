"""GETs that ask: an `EventSource` repeats its URL when it lost its line, and must not ask again.

The `id:` of an event is `<message id>:<cursor>`, so whoever comes back goes on where they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from flask import Response, g, request

from chatapp.accounts import tickets
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


Room: TypeAlias = Callable[[Person], str | None]
"""Says in which conversation a person asks; None stands for a new one."""


def answer(question: Question, room: Room, write: Writer) -> Response:
    """Asks, follows what this URL asked already, or goes on where the reader was."""
    if last := request.headers.get("Last-Event-ID"):
        return go_on(last, write)
    guard.check_may_ask()
    person = guard.person_or_visitor()
    repeat = repeats.look(services(), person, request.full_path)
    asked = replace(question, client_id=repeat.client_id)
    id = repeat.running or ask(person, room(person), asked)
    if g.identity.ticket:
        tickets.bind(services().database, g.identity.ticket, id)
    return follow(id, write)


def own(values: Mapping[str, str], setup: Mapping[str, str] | None = None) -> Room:
    """Everybody's one conversation with these `values`, which is `setup` so when it is made."""
    return lambda person: history.create(services(), person, dict(values), setup)[0]


def ids_of(start: Start) -> str:
    """What the ids of an answer's events begin with."""
    return f"{start.message_id}:"


def ask(person: Person, conversation_id: str | None, question: Question) -> str:
    """The id of the answer to a question: of a new one, unless the same was asked before."""
    return sending.send(services(), person, conversation_id, question).message_id


def go_on(last: str, write: Writer) -> Response:
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
    return follow(id, write, cursor)


def follow(id: str, write: Writer, cursor: Cursor | None = None) -> Response:
    """One of the person's answers, from the cursor on."""
    message = access.message(fresh(), guard.person(), id)
    began = int(message.created_at.timestamp())
    db.session.remove()  # nothing is held while the answer is opened and read
    answer = open_answer(services(), message)
    return stream(answer, write(answer.start, began), cursor)
