"""The native API: conversations."""

from __future__ import annotations

from flask import Blueprint, Response

from chatapp.chat import access, deleting, history, listing
from chatapp.extensions import db
from chatapp.views import exports_page, fresh, guard, services
from chatapp.views.bodies import ConversationChangeBody, NewConversationBody, read
from chatapp.views.operations import Optional, Stream, operation
from chatapp.views.queries import ConversationsQuery, ExportQuery, MessagesQuery, read_query
from chatapp.views.replies import Conversation, Conversations, ExportedConversation, Messages
from chatapp.views.shapes import conversation_json, message_json, reply
from chatapp.views.shapes import listing as listed

bp = Blueprint("conversations_api", __name__, url_prefix="/api/conversations")
bp.before_request(guard.require_identity)


@bp.get("")
@operation({200: Conversations}, query=ConversationsQuery)
def list_conversations() -> Response:
    """The person's conversations, searched where there is a `query`."""
    asked = read_query(ConversationsQuery)
    page = listing.conversations(db.session(), guard.person(), listing.Wanted(**dict(asked)))
    return listed(page, conversation_json)


@bp.post("")
@operation(
    {201: Conversation, 200: Conversation}, body=Optional(NewConversationBody), refusals=(409,)
)
def create_conversation() -> Response:
    """Makes an empty conversation."""
    body = read(NewConversationBody, longest=_longest(), optional=True)
    values = {name: value for name, value in body.given.items() if value is not None}
    id, new = history.create(services(), guard.person(), values)
    made = access.conversation(fresh(), guard.person(), id)
    return reply(conversation_json(made), 201 if new else 200)


@bp.get("/<id>")
@operation({200: Conversation})
def show_conversation(id: str) -> Response:
    """One conversation."""
    return reply(conversation_json(access.conversation(db.session(), guard.person(), id)))


@bp.patch("/<id>")
@operation({200: Conversation}, body=ConversationChangeBody)
def change_conversation(id: str) -> Response:
    """Renames it, sets it up differently, pins or archives it."""
    guard.check_conversation(id)
    values = read(ConversationChangeBody, longest=_longest()).changes
    if values:
        history.change(services(), guard.person(), id, values)
    return reply(conversation_json(access.conversation(fresh(), guard.person(), id)))


@bp.delete("/<id>")
@operation({204: None})
def delete_conversation(id: str) -> Response:
    """Deletes it with everything in it."""
    guard.check_conversation(id)
    deleting.remove(services(), id)
    return Response(status=204)


@bp.get("/<id>/messages")
@operation({200: Messages}, query=MessagesQuery)
def list_messages(id: str) -> Response:
    """Its messages, oldest first."""
    session = db.session()
    access.conversation(session, guard.person(), id)
    page = history.messages(session, id, **dict(read_query(MessagesQuery)))
    return listed(page, lambda message: message_json(services(), session, message))


@bp.get("/<id>/export")
@operation(
    {200: (ExportedConversation, Stream(media_type=exports_page.MARKDOWN))},
    query=ExportQuery,
    refusals=(422,),
)
def export_conversation(id: str) -> Response:
    """The whole conversation as a file: JSON, or Markdown to be read."""
    return exports_page.export(id, read_query(ExportQuery))


def _longest() -> int:
    return services().settings.max_message_chars
