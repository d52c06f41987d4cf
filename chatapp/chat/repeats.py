"""Questions that a URL asks: the same URL again, while its answer runs, is the same question."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select

from chatapp.chat.access import Person
from chatapp.chat.services import Services
from chatapp.models import Message, Run


def key_of(url: str) -> str:
    """What the `client_id` of every question begins with that this URL asks."""
    return f"url:{hashlib.sha256(url.encode()).hexdigest()[:32]}:"


def client_id(url: str) -> str:
    """A new `client_id` for a question of this URL."""
    return key_of(url) + secrets.token_hex(8)


def running(services: Services, person: Person, url: str) -> str | None:
    """The id of the answer that is being written for the person at this URL."""
    wanted = (
        select(Run.message_id)
        .join(Message, Message.id == Run.message_id)
        .where(Run.user_id == person.id, Message.client_id.startswith(key_of(url)))
    )
    return services.database.read(lambda connection: connection.scalar(wanted))
