"""The native API: messages, and the answers that are being written."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from chatapp.chat import access, history, sending
from chatapp.chat.answers import open_answer
from chatapp.chat.questions import Again, Question, Sent
from chatapp.dialects.typed import Typed
from chatapp.extensions import db
from chatapp.live.answer import LiveAnswer
from chatapp.live.follow import wait
from chatapp.models import Message
from chatapp.views import fresh, guard, services
from chatapp.views.bodies import AgainBody, FeedbackBody, MessageBody, read
from chatapp.views.event_models import ANSWER
from chatapp.views.openai_replies import CHUNKS, DONE
from chatapp.views.operations import Optional, Reply, Stream, operation
from chatapp.views.replies import AnswerDocument
from chatapp.views.replies import Message as MessageReply
from chatapp.views.shapes import message_json, reply
from chatapp.views.streams import FollowQuery, stream, stream_message, wants_stream

bp = Blueprint("messages_api", __name__, url_prefix="/api")
bp.before_request(guard.require_identity)

FOLLOWED = replace(ANSWER, events=(*ANSWER.events, *CHUNKS), farewell=DONE)
LINES = (Stream("text/plain"), Stream("application/x-ndjson"))
"""Streams that are no streams of events."""

ASKED: dict[int, Reply] = {200: (MessageReply, ANSWER), 201: MessageReply}
"""A stream, or the whole message: 200 where it had been asked for before."""


@bp.post("/conversations/<id>/messages")
@operation(ASKED, body=MessageBody, refusals=(409, 429))
def send_message(id: str) -> Response:
    """Asks, and streams the answer or waits for it."""
    guard.check_conversation(id)
    body = read(MessageBody, longest=services().settings.max_message_chars)
    question = Question(**body.given)  # type: ignore[arg-type]  # the fields have the same names
    return answer(sending.send(services(), guard.person(), id, question))


@bp.get("/messages/<id>")
@operation({200: MessageReply})
def show_message(id: str) -> Response:
    """One message as it is now."""
    return reply(_shown(access.message(db.session(), guard.person(), id)))


@bp.get("/messages/<id>/stream")
@operation(
    {200: (FOLLOWED, AnswerDocument, *LINES), 204: None},
    query=FollowQuery,
    refusals=(409,),
)
def follow_message(id: str) -> Response:
    """Follows an answer from the client's cursor."""
    return stream_message(access.message(db.session(), guard.person(), id))


@bp.post("/messages/<id>/stop")
@operation({202: None})
def stop_message(id: str) -> Response:
    """Stops an answer, whoever writes it."""
    guard.check_message(id)
    services().engine.stop(id)
    return Response(status=202)


@bp.post("/messages/<id>/feedback")
@operation({204: None}, body=FeedbackBody)
def rate_message(id: str) -> Response:
    """Keeps what the person thinks of an answer."""
    guard.check_message(id)
    body = read(FeedbackBody, longest=services().settings.max_message_chars)
    history.rate(services(), id, body.rating, body.comment)
    return Response(status=204)


@bp.post("/messages/<id>/regenerate")
@operation(ASKED, body=Optional(AgainBody), refusals=(409, 429))
def regenerate_message(id: str) -> Response:
    """Asks the same question again."""
    guard.check_message(id)
    return answer(sending.regenerate(services(), guard.person(), id, _again()))


@bp.post("/messages/<id>/continue")
@operation(ASKED, body=Optional(AgainBody), refusals=(409, 429))
def continue_message(id: str) -> Response:
    """Goes on with an answer that broke off."""
    guard.check_message(id)
    return answer(sending.go_on(services(), guard.person(), id, _again()))


def answer(sent: Sent) -> Response:
    """The answer of a send: as a stream, or whole where the client waits for it."""
    answer = sent.answer or _open(sent)
    if wants_stream(request):
        return stream(answer, Typed())
    db.session.remove()  # nothing is held while the answer is being written
    wait(answer)
    return reply(_shown(_load(sent)), 200 if sent.repeated else 201)


def _open(sent: Sent) -> LiveAnswer:
    message = _load(sent)
    db.session.remove()  # opening takes a connection, and must not wait for it with another
    return open_answer(services(), message)


def _load(sent: Sent) -> Message:
    return access.message(fresh(), guard.person(), sent.message_id)


def _again() -> Again:
    body = read(AgainBody, longest=services().settings.max_message_chars, optional=True)
    return Again(**body.given)  # type: ignore[arg-type]  # the fields have the same names


def _shown(message: Message) -> dict[str, object]:
    return message_json(services(), db.session(), message)
