"""A chat in prompt frames: a POST asks, and an `EventSource` that knows the answer's id follows."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import AfterValidator

from chatapp.accounts import capabilities
from chatapp.chat import access
from chatapp.chat.access import Person
from chatapp.chat.answers import open_answer
from chatapp.chat.questions import Question
from chatapp.dialects.guide_prompts import GuidePrompts
from chatapp.errors import BadRequest
from chatapp.extensions import db
from chatapp.views import fresh, guard, services
from chatapp.views.asked_by_url import ask, own
from chatapp.views.bodies import Body, Words, not_blank, read
from chatapp.views.event_models import PromptFrame
from chatapp.views.openai_replies import DONE
from chatapp.views.operations import Stream, operation
from chatapp.views.queries import PromptQuery
from chatapp.views.replies import ChatId
from chatapp.views.shapes import reply
from chatapp.views.streams import asked_cursor, stream

bp = Blueprint("guide_prompts", __name__, url_prefix="/api/users")

STREAM = "/api/users/stream"

CONVERSATION = {"client_id": "chatapp:prompt-frames"}
"""Each person has one conversation for all that is said here."""


class PromptBody(Body):
    """A question."""

    prompt: Annotated[Words, AfterValidator(not_blank)]


@bp.post("")
@operation({200: ChatId}, body=PromptBody, access="guests", refusals=(429,))
def ask_by_prompt() -> Response:
    """Asks. Whoever knows the `chatId` may follow this one answer for an hour."""
    guard.load_identity()
    guard.check_may_ask()
    body = read(PromptBody, longest=services().settings.max_message_chars)
    person = guard.person_or_visitor()
    answer_id = ask(person, own(CONVERSATION)(person), Question(body.prompt))
    made = capabilities.issue(services().database, person.id, answer_id, STREAM)
    return reply({"chatId": made})


@bp.get("/stream")
@operation(
    {200: Stream(events=(PromptFrame,), farewell=DONE, resumable=True), 204: None},
    query=PromptQuery,
    access="everybody",
    refusals=(404, 503),
)
def follow_prompt() -> Response:
    """Follows the answer that `chatId` names, from the reader's cursor on."""
    chat_id = request.args.get("chatId")
    if not chat_id:
        raise BadRequest("chatId is required.")
    user_id, answer_id = capabilities.find(services().database, chat_id, STREAM)
    message = access.message(fresh(), Person(user_id), answer_id)
    db.session.remove()  # nothing is held while the answer is opened and read
    return stream(open_answer(services(), message), GuidePrompts(), asked_cursor())
