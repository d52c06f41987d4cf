"""Responses: answers that a program may come back to, and go on with, for thirty days.

Each is a conversation of its own that nobody is shown, so that everything which serves answers
serves them: any process can follow, stop and finish one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import time
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from chatapp.chat.access import Person
from chatapp.chat.prompting import source
from chatapp.chat.room import check_room
from chatapp.chat.services import Services
from chatapp.chat.statements import INSERT_RUN
from chatapp.chat.titles import title_of
from chatapp.errors import BadRequest, NotFound
from chatapp.events import ENDINGS, Start
from chatapp.live.answer import LiveAnswer
from chatapp.live.engine import LEASE
from chatapp.models import Conversation, Message, ResponseRow, as_id, make_id, now, table
from chatapp.parts import Part, from_json
from chatapp.prompt import Prompt

PREFIX = "resp_"

KEPT = timedelta(days=30)
"""How long a response is kept, and all those that it goes on from."""

SWEPT_AT_ONCE = 20
"""Responses whose time is over that go when a new one comes."""

_conversations, _messages, _responses = table(Conversation), table(Message), table(ResponseRow)
_old = (
    select(Conversation.id)
    .where(Conversation.kept_until < bindparam("moment"))
    .order_by(Conversation.kept_until)
    .limit(SWEPT_AT_ONCE)
    .with_for_update(skip_locked=True)  # two that sweep at once do not wait for each other
)
_SWEEP = delete(_conversations).where(Conversation.id.in_(_old))
_links = (
    select(ResponseRow.message_id, ResponseRow.previous_id)
    .where(ResponseRow.message_id == bindparam("last"))
    .cte("links", recursive=True)
)
_links = _links.union(  # not `union all`: it would never end where links were ever to make a ring
    select(ResponseRow.message_id, ResponseRow.previous_id).where(
        ResponseRow.message_id == _links.c.previous_id
    )
)
_CHAIN = (
    select(
        ResponseRow.message_id,
        ResponseRow.previous_id,
        ResponseRow.input,
        Message.parts,
        Message.status,
        Message.conversation_id,
    )
    .join(_links, _links.c.message_id == ResponseRow.message_id)
    .join(Message, Message.id == ResponseRow.message_id)
)
_OWN = (
    select(Message, ResponseRow)
    .join(ResponseRow, ResponseRow.message_id == Message.id)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(
        Message.id == bindparam("id"),
        Conversation.user_id == bindparam("person"),
        Conversation.kept_until >= bindparam("moment"),
    )
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A response to be made and kept: what the model is told, and what is shown of the request.

    `previous` is the id of the response with which it goes on.
    """

    prompt: Prompt
    input: list[dict[str, Any]]
    settings: dict[str, Any]
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A response that was made before: what went in, and what came out."""

    message_id: str
    input: list[dict[str, Any]]
    parts: tuple[Part, ...]


def ask(services: Services, person: Person, wish: Wish, created: datetime) -> LiveAnswer:
    """Stores the response, as made at this moment, and starts to write it.

    Raises `RateLimited` and `Unavailable`.
    """
    engine = services.engine
    start = Start(make_id(), make_id(), None, wish.prompt.model)
    admission = services.rates.admit(person)

    def store(connection: Connection) -> None:
        check_room(connection, person.id, services.settings.max_streams_per_user)
        admission.check(connection)
        connection.execute(_SWEEP, {"moment": now()})
        for row in _rows(person, wish, start, created):
            connection.execute(row)
        run = {"message_id": start.message_id, "user_id": person.id, "owner": engine.owner}
        INSERT_RUN.run(connection, run | {"leased_until": time() + LEASE})

    engine.check_open()
    services.database.write(store, brief=True)
    prompt = replace(wish.prompt, user_id=person.id, conversation_id=start.conversation_id)
    return engine.begin(start, source(services.provider, prompt, services.bare_ground))


def _rows(person: Person, wish: Wish, start: Start, created: datetime) -> Iterator[Any]:
    """The inserts, each of what those before it are needed for."""
    kept = {"id": start.conversation_id, "user_id": person.id, "kept_until": now() + KEPT}
    yield insert(_conversations).values(
        **kept, title=title_of(wish.prompt.question), model=start.model
    )
    yield insert(_messages).values(
        id=start.message_id,
        conversation_id=start.conversation_id,
        position=1,
        role="assistant",
        status="pending",
        model=start.model,
        created_at=created,
    )
    yield insert(_responses).values(
        message_id=start.message_id,
        previous_id=message_id_of(wish.previous or "") or None,
        input=wish.input,
        settings=wish.settings,
    )


def message_id_of(response_id: str) -> str:
    """The id of the message that a response is; nothing for what cannot be the id of one."""
    return response_id.removeprefix(PREFIX) if response_id.startswith(PREFIX) else ""


def find(session: Session, person: Person, id: str) -> tuple[Message, ResponseRow]:
    """A response of the person's own. Raises `NotFound`."""
    wanted = {"id": as_id(message_id_of(id)), "person": person.id, "moment": now()}
    found = session.execute(_OWN, wanted).first()
    if found is None:
        raise NotFound(f"Response with id {id!r} not found.", param="response_id")
    return found[0], found[1]


def turns(services: Services, person: Person, id: str) -> list[Turn]:
    """The responses that lead to one, itself included, oldest first. They are kept anew.

    Raises `BadRequest` where one of them is not there, is somebody else's or has not ended.
    """
    last = as_id(message_id_of(id))

    def load(connection: Connection) -> list[Any]:
        wanted = {"id": last, "person": person.id, "moment": now()}
        if connection.execute(_OWN, wanted).first() is None:
            raise _missing(id)
        rows = connection.execute(_CHAIN, {"last": last}).all()
        kept = update(_conversations).values(kept_until=now() + KEPT)
        ids = [row.conversation_id for row in rows]
        connection.execute(kept.where(Conversation.id.in_(ids)))
        return list(rows)

    rows = services.database.write(load)
    return list(_in_order({row.message_id: row for row in rows}, last))[::-1]


def _in_order(rows: dict[str, Any], last: str) -> Iterator[Turn]:
    """From the last to the first."""
    step: str | None = last
    while step is not None:
        row = rows.get(step)
        if row is None:
            raise _missing(PREFIX + step)
        if row.status not in ENDINGS:
            words = f"Previous response with id '{PREFIX}{step}' is still being written."
            raise BadRequest(words, param="previous_response_id")
        yield Turn(step, row.input, tuple(map(from_json, row.parts)))
        step = row.previous_id


def _missing(id: str) -> BadRequest:
    words = f"Previous response with id {id!r} not found."
    return BadRequest(words, code="previous_response_not_found", param="previous_response_id")


def remove(services: Services, message: Message) -> None:
    """Deletes a response, after stopping it where it is still being written."""
    if message.status not in ENDINGS:
        services.engine.stop(message.id)
    gone = delete(_conversations).where(Conversation.id == message.conversation_id)
    services.database.write(lambda connection: connection.execute(gone))
