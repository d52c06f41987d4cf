"""Questions that a URL asks: the same URL again, while its answer runs, is the same question."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from chatapp.chat.access import Person
from chatapp.chat.services import Services
from chatapp.models import Run, Send


@dataclass(frozen=True, slots=True)
class Repeat:
    """What is known of a URL: the id of the answer that runs, or the `client_id` to ask with.

    Whoever looks at the same moment gets the same `client_id`, so that only one of them asks.
    """

    running: str | None
    client_id: str


def look(services: Services, person: Person, url: str) -> Repeat:
    """Looks for what a person asked by this URL last."""
    key = f"asked:{hashlib.sha256(url.encode()).hexdigest()[:32]}:"
    wanted = (
        select(Send.client_id, Run.message_id)
        .outerjoin(Run, Run.message_id == Send.answer_id)
        .where(Send.user_id == person.id, Send.client_id.startswith(key))
        .order_by(Send.client_id.desc())
        .limit(1)
    )
    last = services.database.read(lambda connection: connection.execute(wanted).first())
    number = int(last.client_id.removeprefix(key)) + 1 if last else 1
    return Repeat(last.message_id if last else None, f"{key}{number:09}")
