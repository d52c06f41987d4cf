"""Responses that are kept: shown, followed, cancelled, deleted, by whoever asked for them.

https://platform.openai.com/docs/api-reference/responses/get
"""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response

from chatapp.chat import responses
from chatapp.chat.answers import open_answer, snapshot
from chatapp.dialects.openai_responses import Head, OpenAIResponses, State, whole
from chatapp.errors import BadRequest
from chatapp.events import ENDINGS, Error, FinishReason, Status, Usage
from chatapp.extensions import db
from chatapp.live.follow import wait
from chatapp.models import Message, ResponseRow
from chatapp.views import fresh, guard, services
from chatapp.views.attached import stream_or_cut
from chatapp.views.openai_replies import RESPONSE, DeletedResponse, InputItems, OpenAIResponse
from chatapp.views.operations import operation
from chatapp.views.queries import InputItemsQuery, ResponseQuery, read_query
from chatapp.views.response_items import Item, kind_of
from chatapp.views.shapes import reply

bp = Blueprint("kept_responses", __name__, url_prefix="/v1")
bp.before_request(guard.require_token)


@bp.get("/responses/<id>")
@operation({200: (OpenAIResponse, RESPONSE)}, query=ResponseQuery, access="token", refusals=(404,))
def show_response(id: str) -> Response:
    """A response as it is now; with `stream` as events, from where the reader was on."""
    asked = read_query(ResponseQuery)
    message, row = _find(id)
    if not asked.stream:
        return reply(_shown(message, row))
    head = _head(message, row)
    db.session.remove()  # nothing is held while the answer is opened and read
    answer = open_answer(services(), message)
    return stream_or_cut(answer, OpenAIResponses(head, asked.starting_after))


@bp.post("/responses/<id>/cancel")
@operation({200: OpenAIResponse}, access="token")
def cancel_response(id: str) -> Response:
    """Stops what is still being written. One that has ended stays as it is."""
    message, row = _find(id)
    if message.status not in ENDINGS:
        db.session.remove()
        answer = open_answer(services(), message)
        services().engine.stop(message.id)
        wait(answer)
        fresh()
        message, row = _find(id)
    return reply(_shown(message, row))


@bp.delete("/responses/<id>")
@operation({200: DeletedResponse}, access="token")
def delete_response(id: str) -> Response:
    """Deletes a response, also one that is still being written."""
    message, _ = _find(id)
    db.session.remove()
    responses.remove(services(), message)
    return reply({"id": id, "object": "response", "deleted": True})


@bp.get("/responses/<id>/input_items")
@operation({200: InputItems}, query=InputItemsQuery, access="token", refusals=(404,))
def list_input_items(id: str) -> Response:
    """What a response was asked with; that of earlier responses is to be had there."""
    asked = read_query(InputItemsQuery)
    message, row = _find(id)
    items = [_input_item(message.id, number, item) for number, item in enumerate(row.input)]
    return reply(page(items if asked.order == "asc" else items[::-1], asked))


def page(items: list[dict[str, Any]], asked: InputItemsQuery) -> dict[str, Any]:
    """A piece of a list, as OpenAI's clients walk along one. Raises `BadRequest`."""
    ids = [item["id"] for item in items]
    if asked.after and asked.after not in ids:
        raise BadRequest("after: there is no such item.", param="after")
    start = ids.index(asked.after) + 1 if asked.after else 0
    shown = items[start : start + asked.limit]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": start + asked.limit < len(items),
    }


def _find(id: str) -> tuple[Message, ResponseRow]:
    return responses.find(db.session(), guard.person(), id)


def _head(message: Message, row: ResponseRow) -> Head:
    completed = message.completed_at
    return Head(
        message.id,
        message.model or "",
        int(message.created_at.timestamp()),
        row.settings,
        int(completed.timestamp()) if completed else None,
    )


def _shown(message: Message, row: ResponseRow) -> dict[str, Any]:
    now = snapshot(services(), db.session(), message)
    usage = None
    if message.input_tokens is not None:
        usage = Usage(message.input_tokens, message.output_tokens or 0)
    error = Error(**message.error) if message.error else None
    reason = cast("FinishReason | None", message.finish_reason)
    state = State(cast(Status, now.status), reason, usage, error)
    return whole(_head(message, row), state, now.parts)


def _input_item(message_id: str, number: int, item: Item) -> dict[str, Any]:
    """An item as it is listed: with an id, its type, and its content as parts."""
    shown = {"id": f"item_{message_id}_{number}", "type": kind_of(item), **item}
    if isinstance(shown.get("content"), str):
        kind = "output_text" if shown.get("role") == "assistant" else "input_text"
        shown["content"] = [{"type": kind, "text": shown["content"]}]
    return shown
