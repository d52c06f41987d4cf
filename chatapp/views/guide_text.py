"""A chat in plain text: one question, and an answer that lives as long as its request.

The client keeps the conversation and sends it along; what is said is stored all the same.
"""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint, Response
from pydantic import AfterValidator, Field

from chatapp.chat import history, sending
from chatapp.chat.questions import Question
from chatapp.dialects.guide_text import GuideText
from chatapp.errors import BadRequest
from chatapp.events import Error
from chatapp.live.answer import LiveAnswer
from chatapp.live.follow import wait, wait_for_first
from chatapp.live.outcome import Outcome, outcome
from chatapp.parts import text_of
from chatapp.prompt import Turn
from chatapp.views import guard, services
from chatapp.views.attached import Attachment
from chatapp.views.bodies import WHOLE_CHAT, Body, ModelId, Temperature, Words, not_blank, read
from chatapp.views.operations import Stream, operation
from chatapp.views.problems import problem
from chatapp.views.replies import WholeAnswer
from chatapp.views.shapes import reply

bp = Blueprint("guide_text", __name__, url_prefix="/api/chat")
bp.before_request(guard.load_identity)

INSTRUCTIONS = "You are a helpful assistant."
FAILED = "Error processing request"

CONVERSATION = {"client_id": "chatapp:plain-text"}
"""Each person has one conversation for all that is said here."""


def _empty_or_words(text: str) -> str:
    """An empty question counts as none, which has a status of its own."""
    return not_blank(text) if text else text


Asked = Annotated[Words, AfterValidator(_empty_or_words)]


class TurnBody(Body):
    """One message of the conversation that the client keeps."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Words

    def turn(self) -> Turn:
        """What the model is told."""
        return Turn("system" if self.role == "developer" else self.role, self.content)


class ChatBody(Body):
    """A question with all that the client wants the model to know."""

    question: Annotated[Asked | None, Field(alias="userInput")] = None
    messages: list[TurnBody] | None = None
    instructions: Words | None = None
    model: ModelId | None = None
    temperature: Temperature | None = None


@bp.post("/stream")
@operation({200: Stream("text/plain")}, body=ChatBody, access="guests", refusals=(429, 500))
def stream_answer() -> Response:
    """Streams the words of an answer. The status waits for the first of them."""
    answer = _ask()
    attachment = Attachment(services().engine, answer)
    wait_for_first(answer)
    if not len(answer.parts) and (error := outcome(answer).error):
        attachment.end()
        return _refuse(error)
    return attachment.stream(GuideText())


@bp.post("")
@operation({200: WholeAnswer}, body=ChatBody, access="guests", refusals=(429, 500))
def answer_once() -> Response:
    """Waits for the whole answer."""
    answer = _ask()
    with Attachment(services().engine, answer):
        wait(answer)
    ended = outcome(answer)
    return _refuse(ended.error) if ended.error else reply(_whole(answer.start.model, ended))


def _ask() -> LiveAnswer:
    guard.check_may_ask()
    question = _question()
    person = guard.person_or_visitor()
    conversation_id, _ = history.create(services(), person, CONVERSATION)
    sent = sending.send(services(), person, conversation_id, question)
    assert sent.answer, "without a client_id every question is a new one"
    return sent.answer


def _question() -> Question:
    settings = services().settings
    body = read(ChatBody, longest=settings.max_message_chars, largest=WHOLE_CHAT)
    if not body.question:
        raise BadRequest("userInput is required.")
    return Question(
        content=body.question,
        model=body.model,
        temperature=body.temperature,
        instructions=body.instructions or settings.instructions or INSTRUCTIONS,
        turns=None if body.messages is None else tuple(each.turn() for each in body.messages),
    )


def _whole(model: str, ended: Outcome) -> dict[str, object]:
    usage = ended.usage
    return {
        "message": text_of(ended.parts),
        "model": model,
        "finish_reason": ended.end.finish_reason,
        "usage": usage
        and {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens},
    }


def _refuse(error: Error) -> Response:
    """Trouble before the first word."""
    members = {"error": FAILED, "message": error.error}
    return problem(500, error.code, error.error, mimetype="application/json", **members)
