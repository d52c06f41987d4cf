"""OpenAI's models and Chat Completions: for any client of theirs, with a personal token as the key.

https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from time import time

from flask import Blueprint, Response

from chatapp.chat import calls, sending
from chatapp.chat.questions import Question
from chatapp.dialects.openai_chat import OpenAIChat, completion
from chatapp.errors import NotFound, Unprocessable
from chatapp.live.answer import LiveAnswer
from chatapp.live.engine import Engine
from chatapp.live.follow import wait, wait_for_sign
from chatapp.live.outcome import outcome
from chatapp.prompt import Prompt
from chatapp.views import guard, services
from chatapp.views.attached import Attachment
from chatapp.views.bodies import WHOLE_CHAT, receive, validate
from chatapp.views.openai_bodies import ChatCompletionBody
from chatapp.views.openai_errors import failure
from chatapp.views.openai_replies import CHUNKS, DONE, ChatCompletion, Model, Models
from chatapp.views.operations import Stream, operation
from chatapp.views.shapes import reply

bp = Blueprint("openai_chat", __name__, url_prefix="/v1")
bp.before_request(guard.require_token)

FAILURES = (404, 429, 500, 503, 504)


@bp.get("/models")
@operation({200: Models}, access="token")
def list_openai_models() -> Response:
    """The models that people may choose here."""
    offered = [_model(id) for id in services().catalogue.offered()]
    return reply({"object": "list", "data": offered})


@bp.get("/models/<path:model>")
@operation({200: Model}, access="token")
def show_openai_model(model: str) -> Response:
    """One of them."""
    if model not in services().catalogue.offered():
        raise _unknown(model)
    return reply(_model(model))


@bp.post("/chat/completions")
@operation(
    {200: (ChatCompletion, Stream(events=CHUNKS, farewell=DONE))},
    body=ChatCompletionBody,
    access="token",
    refusals=FAILURES,
)
def complete_chat() -> Response:
    """Answers a conversation that the client brings along, at once or as a stream.

    Nothing is kept, unless `store` is true or `metadata.conversation` names a conversation. The
    answer lives as long as its request: who leaves stops the model.
    """
    raw = receive(WHOLE_CHAT)
    body = validate(ChatCompletionBody, raw)
    settings, speaks = services().settings, services().provider.speaks
    prompt = body.prompt(raw, speaks, settings.max_output_tokens)
    created = int(time())
    answer, engine = _begin(body, prompt)
    attachment = Attachment(engine, answer)
    if not body.stream:
        with attachment:
            wait(answer)
        return _whole(answer, created)
    wait_for_sign(answer)
    if answer.closing and not len(answer.parts) and (error := outcome(answer).error):
        attachment.end()
        return failure(error)
    return attachment.stream(OpenAIChat(answer.start, created, usage=body.counts))


def _begin(body: ChatCompletionBody, prompt: Prompt) -> tuple[LiveAnswer, Engine]:
    """The running answer, and the engine that writes it."""
    check_model(body.model)
    if not body.kept:
        return calls.call(services(), guard.person(), prompt), services().calls
    question = Question(body.question, model=body.model, prompt=prompt)
    if body.conversation_id:
        guard.check_conversation(body.conversation_id)
    sent = sending.send(services(), guard.person(), body.conversation_id, question)
    assert sent.answer, "without a client_id every question is a new one"
    return sent.answer, services().engine


def check_model(id: str) -> None:
    """Raises `NotFound` for a model that is not offered here."""
    catalogue = services().catalogue
    try:
        catalogue.check(id, catalogue.default, guest=False)
    except Unprocessable:
        raise _unknown(id) from None


def _whole(answer: LiveAnswer, created: int) -> Response:
    ended = outcome(answer)
    if ended.error:
        return failure(ended.error)
    return reply(completion(answer.start, created, ended.parts, ended.end, ended.usage))


def _model(id: str) -> dict[str, object]:
    return {"id": id, "object": "model", "created": 0, "owned_by": "chatapp"}


def _unknown(id: str) -> NotFound:
    words = f"The model {id!r} does not exist, or you may not use it."
    return NotFound(words, code="model_not_found", param="model")
