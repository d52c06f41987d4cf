"""Chat rooms: a room is a conversation, asked by a form or by an `EventSource`."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import AfterValidator

from chatapp.chat.questions import Question
from chatapp.dialects.guide_rooms import GuideRooms
from chatapp.errors import BadRequest
from chatapp.events import Start
from chatapp.views import asked_by_url, forms, guard
from chatapp.views.asked_by_url import ids_of
from chatapp.views.bodies import Body, ClientId, Words, not_blank, validate
from chatapp.views.event_models import ROOM_EVENTS
from chatapp.views.operations import Form, operation
from chatapp.views.queries import RoomQuery, check_length, required_words

bp = Blueprint("guide_rooms", __name__, url_prefix="/api")
bp.before_request(forms.limit)
bp.before_request(guard.require_identity)

MISSING = "Message is required"


class RoomForm(Body):
    """A question; the same `client_id` again follows the answer that it has."""

    message: Annotated[Words, AfterValidator(not_blank)]
    client_id: ClientId | None = None


@bp.post("/chat-rooms/<id>/stream")
@operation({200: ROOM_EVENTS, 204: None}, body=Form(RoomForm), refusals=(409, 429))
def ask_in_room(id: str) -> Response:
    """Asks in a room. A reader that comes back with `Last-Event-ID` goes on where it was."""
    guard.check_conversation(id)
    question = _question()
    if last := request.headers.get("Last-Event-ID"):
        return asked_by_url.go_on(last, _write)
    return asked_by_url.follow(asked_by_url.ask(guard.person(), id, question), _write)


@bp.get("/chat/stream")
@operation({200: ROOM_EVENTS, 204: None}, query=RoomQuery, refusals=(403, 404, 413, 422, 429))
def ask_by_event_source() -> Response:
    """Asks in a room, or in a new one where no `chatRoomId` is given."""
    guard.check_get_that_asks()
    id = request.args.get("chatRoomId") or None
    if id:
        guard.check_conversation(id)
    question = Question(required_words("message", MISSING))
    return asked_by_url.answer(question, lambda person: id, _write)


def _question() -> Question:
    """Raises `BadRequest` without a message, `TooLarge` and `Unprocessable`."""
    words = request.form.get("message", "").replace("\r\n", "\n")  # browsers send CRLF
    if not words:
        raise BadRequest(MISSING)
    check_length("message", words)
    fields = {"message": words, "client_id": request.form.get("client_id") or None}
    asked = validate(RoomForm, fields)
    return Question(asked.message, client_id=asked.client_id)


def _write(start: Start, began: int) -> GuideRooms:
    return GuideRooms(ids_of(start))
