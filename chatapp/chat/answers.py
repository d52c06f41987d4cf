"""Answers as they are now: running here, running elsewhere, or ended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from chatapp.chat.services import Services
from chatapp.errors import Conflict
from chatapp.events import ENDINGS, Start
from chatapp.live.answer import LiveAnswer
from chatapp.live.engine import ended_answer
from chatapp.live.store.database import stored_parts
from chatapp.models import Message
from chatapp.parts import Cursor, Part, Parts, from_json


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An answer at one moment; `cursor` is the position behind its parts."""

    parts: tuple[Part, ...]
    status: str
    cursor: Cursor


def open_answer(services: Services, message: Message) -> LiveAnswer:
    """The answer to follow, from its beginning or any cursor, whether it runs or has ended.

    Raises `Conflict` for a question, which nobody writes.
    """
    if message.role != "assistant":
        raise Conflict("Only an answer can be followed.")
    running = services.engine.find(message.id)
    if running:
        return running
    start = Start(message.id, message.conversation_id, message.parent_id, message.model or "")
    sealed = services.engine.store.closing(message.id)
    if sealed:
        return ended_answer(start, sealed)
    return services.feed.open(start, services.engine.store.parts(message.id))


def snapshot(services: Services, session: Session, message: Message) -> Snapshot:
    """What there is of a message now: what is in memory where it is written here."""
    running = services.engine.find(message.id)
    if message.status not in ENDINGS and not running:  # it may have lost its process
        services.feed.watch()
        if services.engine.sweep():
            session.rollback()  # it is read anew
    if message.status in ENDINGS:  # before its readers hear of it, an answer is sealed
        parts = tuple(from_json(part) for part in message.parts)
    elif running and running.closing is None:
        parts = running.parts.fold()
        return Snapshot(parts, "streaming" if parts else "pending", running.parts.end)
    else:
        parts = stored_parts(session.connection(), message.id)
    return Snapshot(parts, message.status, Parts(parts).end)
