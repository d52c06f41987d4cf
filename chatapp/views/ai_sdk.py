"""The AI SDK's `useChat`: an address that answers, and one that goes on with what is written."""

from __future__ import annotations

from flask import Blueprint, Response

from chatapp.chat import chats, sending
from chatapp.chat.access import Person
from chatapp.chat.questions import LATEST, Again, Question
from chatapp.dialects.ai_sdk import AISDK
from chatapp.views import guard, services
from chatapp.views.ai_bodies import ChatRequest, read_chat
from chatapp.views.asked_by_url import follow
from chatapp.views.event_models import UIMessageChunk
from chatapp.views.openai_replies import DONE
from chatapp.views.operations import Stream, operation

bp = Blueprint("ai_sdk", __name__, url_prefix="/api/ai")
bp.before_request(guard.require_identity)

PROTOCOL = "x-vercel-ai-ui-message-stream"
CHUNKS = Stream(events=(UIMessageChunk,), farewell=DONE)


@bp.post("")
@operation({200: CHUNKS}, body=ChatRequest, refusals=(409, 429))
def answer_chat() -> Response:
    """Answers the last message of a chat, or answers it once more.

    `id` is a conversation's, or any name that the client gave the chat.
    """
    body, person = read_chat(), guard.person()
    conversation_id = chats.open_chat(services(), person, body.id)
    return _stream(_answer(person, conversation_id, body))


@bp.get("/<id>/stream")
@operation({200: CHUNKS, 204: None})
def resume_chat(id: str) -> Response:
    """Follows the answer that is being written, from its beginning; 204 where none is."""
    conversation_id = chats.find(services(), guard.person(), id)
    running = conversation_id and chats.running(services(), conversation_id)
    return _stream(running) if running else Response(status=204)


def _answer(person: Person, conversation_id: str, body: ChatRequest) -> str:
    """The id of the answer: of a new one, unless the same message was sent before."""
    client_id = chats.question_id(body.id, body.question.id, body.question.text)
    if body.trigger == "regenerate-message":
        old = _old_answer(person, conversation_id, body, client_id)
        if old:
            again = Again(None, body.model, body.temperature, body.instructions)
            return sending.regenerate(services(), person, old, again).message_id
    asked = _question(conversation_id, body, client_id)
    return sending.send(services(), person, conversation_id, asked).message_id


def _old_answer(
    person: Person, conversation_id: str, body: ChatRequest, client_id: str
) -> str | None:
    """The answer that is not good enough, where there is one."""
    if chats.answers(services(), conversation_id, body.message_id):
        return body.message_id
    return chats.answer_to(services(), person, client_id)


def _question(conversation_id: str, body: ChatRequest, client_id: str) -> Question:
    """The question where it belongs: behind the answer that the client has before it.

    What the client says was said before counts where it was not said here.
    """
    here = chats.answers(services(), conversation_id, body.answered)
    parent_id = body.answered if here else None if body.begins else LATEST
    return Question(
        body.question.text,
        parent_id=parent_id,
        client_id=client_id,
        model=body.model,
        temperature=body.temperature,
        instructions=body.instructions,
        turns=body.turns if body.turns and not here else None,
    )


def _stream(answer_id: str) -> Response:
    response = follow(answer_id, lambda start, began: AISDK())
    response.headers[PROTOCOL] = "v1"
    return response
