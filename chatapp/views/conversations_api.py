"""The native API: conversations."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from chatapp.chat import access, history
from chatapp.errors import BadRequest
from chatapp.extensions import db
from chatapp.views import fresh, guard, services
from chatapp.views.bodies import ConversationBody, NewConversationBody, read
from chatapp.views.shapes import conversation_json, listing, message_json, reply

bp = Blueprint("conversations_api", __name__, url_prefix="/api/conversations")
bp.before_request(guard.require_identity)

LONGEST_PAGE = 200
_NUMBER = re.compile(r"[0-9]{1,3}")


@bp.get("")
def list_conversations() -> Response:
    """The person's conversations, searched where there is a `query`."""
    page = history.conversations(
        db.session(),
        guard.person(),
        query=request.args.get("query", ""),
        after=request.args.get("after", ""),
        limit=asked_limit() or 50,
    )
    return listing(page, conversation_json)


@bp.post("")
def create_conversation() -> Response:
    """Makes an empty conversation."""
    body = read(NewConversationBody, longest=_longest(), optional=True)
    values = {name: value for name, value in body.given.items() if value is not None}
    id, new = history.create(services(), guard.person(), values)
    made = access.conversation(fresh(), guard.person(), id)
    return reply(conversation_json(made), 201 if new else 200)


@bp.get("/<id>")
def show_conversation(id: str) -> Response:
    """One conversation."""
    return reply(conversation_json(access.conversation(db.session(), guard.person(), id)))


@bp.patch("/<id>")
def change_conversation(id: str) -> Response:
    """Renames it, or sets it up differently."""
    guard.check_conversation(id)
    values = read(ConversationBody, longest=_longest()).given
    for name, empty in (("title", ""), ("document_ids", [])):
        if name in values and values[name] is None:
            values[name] = empty
    if values:
        history.change(services(), id, values)
    return reply(conversation_json(access.conversation(fresh(), guard.person(), id)))


@bp.delete("/<id>")
def delete_conversation(id: str) -> Response:
    """Deletes it with everything in it."""
    guard.check_conversation(id)
    history.remove(services(), id)
    return Response(status=204)


@bp.get("/<id>/messages")
def list_messages(id: str) -> Response:
    """Its messages, oldest first."""
    session = db.session()
    access.conversation(session, guard.person(), id)
    before = request.args.get("before", "")
    page = history.messages(session, id, before=before, limit=asked_limit())
    return listing(page, lambda message: message_json(services(), session, message))


def asked_limit() -> int | None:
    """How many items the client wants. Raises `BadRequest` for what is no such number."""
    text = request.args.get("limit", "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= LONGEST_PAGE:
        raise BadRequest(f"limit: a number from 1 to {LONGEST_PAGE}.")
    return int(text)


def _longest() -> int:
    return services().settings.max_message_chars
