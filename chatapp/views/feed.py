"""A person's own live feed: what changed, in all their tabs, programs and devices."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flask import Blueprint, Response, g

from chatapp.accounts.identity import is_valid
from chatapp.chat.listener import Listener
from chatapp.dialects.notices import Notices
from chatapp.views import guard, services
from chatapp.views.event_models import NOTICES
from chatapp.views.operations import operation
from chatapp.views.queries import EventsQuery, read_query
from chatapp.views.streams import HEADERS

bp = Blueprint("feed", __name__)
bp.before_request(guard.require_identity)


@bp.get("/events")
@operation({200: NOTICES}, query=EventsQuery)
def events() -> Response:
    """Tells what changes from now on; `?limit=n` closes after n messages, the welcome included."""
    limit = read_query(EventsQuery).limit
    changes = services().changes
    listener = changes.open(guard.person().id, partial(is_valid, services().database, g.identity))
    response = Response(_tell(listener, limit), mimetype=Notices.mimetype, headers=HEADERS)
    response.call_on_close(partial(changes.close, listener))
    return response


def _tell(listener: Listener, limit: int | None) -> Iterator[bytes]:
    notices = Notices()
    yield notices.welcome()
    sent = 1
    if sent == limit:
        return
    for notice in listener:
        if notice is None:
            yield notices.heartbeat()
            continue
        yield notices.encode(notice)
        sent += 1
        if sent == limit:
            return
