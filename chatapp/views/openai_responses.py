"""OpenAI's Responses: for any client of theirs, with a personal token as the key.

https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from time import time
from typing import Any

from flask import Blueprint, Response

from chatapp.chat import calls, responses
from chatapp.chat.responses import Wish
from chatapp.dialects.openai_responses import Head, OpenAIResponses, State, output_items, whole
from chatapp.errors import BadRequest, NotFound
from chatapp.extensions import db
from chatapp.live.answer import LiveAnswer
from chatapp.live.engine import Engine
from chatapp.live.follow import wait, wait_for_sign
from chatapp.live.outcome import outcome
from chatapp.models import now
from chatapp.parts import from_json
from chatapp.views import guard, services
from chatapp.views.attached import Attachment, stream_or_cut
from chatapp.views.bodies import WHOLE_CHAT, receive, validate
from chatapp.views.openai_chat import FAILURES, check_model
from chatapp.views.openai_errors import failure
from chatapp.views.openai_replies import RESPONSE, OpenAIResponse
from chatapp.views.operations import operation
from chatapp.views.response_bodies import ResponseBody
from chatapp.views.response_items import Item, kind_of
from chatapp.views.shapes import reply

bp = Blueprint("openai_responses", __name__, url_prefix="/v1")
bp.before_request(guard.require_token)

_ITEM = re.compile(r"(?:msg|rs|fc)_([0-9a-f]{1,32})_([0-9]{1,6})")


@bp.post("/responses")
@operation({200: (OpenAIResponse, RESPONSE)}, body=ResponseBody, access="token", refusals=FAILURES)
def create_response() -> Response:
    """Answers, at once or as a stream, and goes on with an earlier response.

    It is kept for thirty days, unless `store` is false. Who leaves stops the model, unless it
    writes in the `background`: then the response is there to come back to.
    """
    raw = receive(WHOLE_CHAT)
    body = validate(ResponseBody, raw)
    body.check()
    _check_model(body.model)
    wish, created = _wish(body, raw), now()
    answer, engine = _begin(body, wish, created)
    seconds = int(created.timestamp())
    head = Head(answer.start.message_id, wish.prompt.model, seconds, wish.settings)
    if not body.background:
        return _attend(body, answer, engine, head)
    if body.stream:
        return stream_or_cut(answer, OpenAIResponses(head))
    return reply(whole(head, State("pending"), ()))


def _check_model(id: str) -> None:
    try:
        check_model(id)
    except NotFound as unknown:  # this API of OpenAI's says it so
        raise BadRequest(str(unknown), code=unknown.reason, param=unknown.param) from None


def _wish(body: ResponseBody, raw: dict[str, Any]) -> Wish:
    """What is asked for. Raises `BadRequest` and `NotFound`."""
    said = [_resolved(item) for item in body.items]
    items = [*_before(body.previous_response_id), *said]
    db.session.remove()  # nothing is held while the model answers
    longest = services().settings.max_output_tokens
    prompt = body.prompt(raw, items, services().provider.speaks, longest)
    return Wish(prompt, said, body.settings, body.previous_response_id)


def _begin(body: ResponseBody, wish: Wish, created: datetime) -> tuple[LiveAnswer, Engine]:
    """The running answer, and the engine that writes it."""
    if body.kept:
        return responses.ask(services(), guard.person(), wish, created), services().engine
    return calls.call(services(), guard.person(), wish.prompt), services().calls


def _attend(body: ResponseBody, answer: LiveAnswer, engine: Engine, head: Head) -> Response:
    """Serves a client without whom the model stops."""
    attachment = Attachment(engine, answer)
    if not body.stream:
        with attachment:
            wait(answer)
        return _whole(answer, head)
    wait_for_sign(answer)
    if answer.closing and not len(answer.parts) and (error := outcome(answer).error):
        attachment.end()
        return failure(error)
    return attachment.stream(OpenAIResponses(head))


def _whole(answer: LiveAnswer, head: Head) -> Response:
    ended = outcome(answer)
    if ended.error:
        return failure(ended.error)
    state = State(ended.end.status, ended.end.finish_reason, ended.usage)
    return reply(whole(replace(head, completed=int(time())), state, ended.parts))


def _before(id: str | None) -> Iterator[Item]:
    """What went in and came out before."""
    for turn in responses.turns(services(), guard.person(), id) if id else ():
        yield from turn.input
        yield from output_items(turn.message_id, turn.parts)


def _resolved(item: dict[str, Any]) -> dict[str, Any]:
    """An item; the one that is meant where it is a reference. Raises `NotFound`."""
    if kind_of(item) != "item_reference":
        return item
    found = _ITEM.fullmatch(item["id"])
    if found:
        message, _ = responses.find(db.session(), guard.person(), responses.PREFIX + found[1])
        said = output_items(message.id, map(from_json, message.parts))
        known = [each for each in said if each["id"] == item["id"]]
        if known:
            return known[0]
    raise NotFound(f"Item with id {item['id']!r} not found.", param="input")
