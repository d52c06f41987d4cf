"""Whether streaming works through the whole chain, at a glance: the model says hello."""

from __future__ import annotations

from flask import Blueprint, Response

from chatapp.chat.questions import Question
from chatapp.dialects.openai_chat import OpenAIChat
from chatapp.views import asked_by_url, guard
from chatapp.views.asked_by_url import ids_of, own
from chatapp.views.openai_replies import CHUNKS, DONE
from chatapp.views.operations import Stream, operation

bp = Blueprint("hello", __name__)
bp.before_request(guard.load_identity)

HELLO = Question("Say hello.", temperature=0.0, turns=())
CONVERSATION = {"client_id": "chatapp:hello"}
"""Each person has one conversation for all that is said here."""


@bp.get("/hello")
@operation(
    {200: Stream(events=CHUNKS, farewell=DONE), 204: None},
    access="guests",
    refusals=(400, 403, 404, 429),
)
def say_hello() -> Response:
    """Asks the model to say hello, and streams that as chunks of a chat completion."""
    guard.check_get_that_asks()
    return asked_by_url.answer(
        HELLO, own(CONVERSATION), lambda start, began: OpenAIChat(start, began, ids=ids_of(start))
    )
