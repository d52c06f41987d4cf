"""The native API: links by which anybody reads a conversation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from chatapp.chat import sharing
from chatapp.chat.sharing import Link
from chatapp.errors import NotFound
from chatapp.models.paging import Page
from chatapp.views import guard, limits, services
from chatapp.views.bodies import ShareBody, read
from chatapp.views.operations import Optional, operation
from chatapp.views.replies import Share, Shares
from chatapp.views.shapes import listing, reply, time

bp = Blueprint("shares_api", __name__, url_prefix="/api")
bp.before_request(guard.require_whole_scope)


@bp.get("/shares")
@operation({200: Shares}, access="whole")
def list_shares() -> Response:
    """The person's links, those renewed last first."""
    return listing(Page(sharing.listed(services().database, guard.person()), None), _shown)


@bp.get("/conversations/<id>/share")
@operation({200: Share}, access="whole")
def show_share(id: str) -> Response:
    """The link of a conversation."""
    guard.check_conversation(id)
    return reply(_shown(_find(id)))


@bp.post("/conversations/<id>/share")
@operation({201: Share, 200: Share}, body=Optional(ShareBody), access="whole", refusals=(409, 429))
def share(id: str) -> Response:
    """Makes the link of a conversation, or brings what it shows up to date."""
    guard.refuse_guests()
    guard.check_conversation(id)
    body = read(ShareBody, longest=services().settings.max_message_chars, optional=True)
    limits.count("share")
    new = sharing.make(services().database, guard.person(), id, body.message_id)
    return reply(_shown(_find(id)), 201 if new else 200)


@bp.delete("/conversations/<id>/share")
@operation({204: None}, access="whole")
def withdraw_share(id: str) -> Response:
    """Withdraws the link at once."""
    guard.check_conversation(id)
    sharing.withdraw_of(services().database, guard.person(), id)
    return Response(status=204)


def address(link: Link) -> str:
    """Where a link leads, in full: it is to be sent to somebody."""
    return f"{request.url_root}s/{link.capability}"


def _find(conversation_id: str) -> Link:
    link = sharing.find(services().database, guard.person(), conversation_id)
    if link is None:
        raise NotFound("There is no such link.")
    return link


def _shown(link: Link) -> dict[str, Any]:
    return {
        "conversation_id": link.conversation_id,
        "url": address(link),
        "title": link.title,
        "created_at": time(link.created_at),
        "updated_at": time(link.updated_at),
    }
