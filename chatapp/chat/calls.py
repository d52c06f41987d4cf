"""Calls: answers that live as long as the request that asked, and of which nothing is kept."""

from __future__ import annotations

from dataclasses import replace
from time import time

from sqlalchemy import Connection, bindparam, delete, insert

from chatapp.chat.access import Person
from chatapp.chat.prompting import source
from chatapp.chat.room import check_room
from chatapp.chat.services import Services
from chatapp.events import Start
from chatapp.live.answer import LiveAnswer
from chatapp.live.engine import LEASE
from chatapp.models import CallRow, make_id, table
from chatapp.models.prepared import Prepared
from chatapp.prompt import Prompt

FORGOTTEN = 60.0
"""Seconds after which the row of a call goes whose process has died."""

_calls = table(CallRow)
_INSERT = Prepared(insert(_calls), "id", "user_id", "owner", "leased_until")
_SWEEP = Prepared(delete(_calls).where(CallRow.leased_until < bindparam("until")))


def call(services: Services, person: Person, prompt: Prompt) -> LiveAnswer:
    """Asks a model in a person's name. Raises `RateLimited` and `Unavailable`."""
    engine = services.calls
    start = Start(make_id(), "", None, prompt.model)
    admission = services.rates.admit(person)

    def store(connection: Connection) -> None:
        check_room(connection, person.id, services.settings.max_streams_per_user)
        admission.check(connection)
        moment = time()
        _SWEEP.run(connection, {"until": moment - FORGOTTEN})
        whose = {"user_id": person.id, "owner": engine.owner}
        row = {"id": start.message_id, "leased_until": moment + LEASE}
        _INSERT.run(connection, whose | row)

    engine.check_open()
    services.database.write(store, brief=True)
    prompt = replace(prompt, user_id=person.id)
    return engine.begin(start, source(services.provider, prompt, services.bare_ground))
