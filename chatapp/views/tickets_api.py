"""The native API: tickets for an `EventSource`, which can send no header."""

from __future__ import annotations

import re

from flask import Blueprint, Response, g

from chatapp.accounts import tickets
from chatapp.errors import Unprocessable
from chatapp.views import guard, limits, services
from chatapp.views.bodies import TicketBody, read
from chatapp.views.headers import unkept
from chatapp.views.operations import operation
from chatapp.views.replies import NewTicket
from chatapp.views.shapes import reply, time

bp = Blueprint("tickets_api", __name__, url_prefix="/api/stream-tickets")
bp.before_request(guard.require_identity)

_STREAM = re.compile(
    r"/events|/hello|/api/(?:coach|chat)/stream|/api/messages/([0-9A-Za-z]{1,32})/stream"
)
"""What a ticket opens; the group is the answer that it streams."""


@bp.post("")
@operation({201: NewTicket}, body=TicketBody, refusals=(404, 429))
def create_ticket() -> Response:
    """Makes a ticket for one stream of the person's own."""
    path = read(TicketBody, longest=services().settings.max_message_chars).path
    found = _STREAM.fullmatch(path)
    if not found:
        raise Unprocessable("path: the address of a stream, such as /api/messages/<id>/stream.")
    if found[1]:
        guard.check_message(found[1])
    limits.count("ticket")
    who = g.identity
    wish = tickets.Wish(who.user_id, path, found[1], who.session_id, who.token_id)
    ticket, expires_at = tickets.issue(services().database, wish)
    return unkept(reply({"ticket": ticket, "expires_at": time(expires_at)}, 201))
