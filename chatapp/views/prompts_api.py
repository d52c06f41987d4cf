"""The native API: saved prompts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from chatapp.chat import saved_prompts
from chatapp.views import guard, services
from chatapp.views.bodies import NewPromptBody, PromptBody, read
from chatapp.views.operations import operation
from chatapp.views.queries import PromptsQuery, read_query
from chatapp.views.replies import SavedPrompt, SavedPrompts
from chatapp.views.shapes import listing, prompt_json, reply

bp = Blueprint("prompts_api", __name__, url_prefix="/api/prompts")
bp.before_request(guard.require_whole_scope)


@bp.get("")
@operation({200: SavedPrompts}, query=PromptsQuery, access="whole")
def list_prompts() -> Response:
    """The person's saved prompts."""
    asked, person = dict(read_query(PromptsQuery)), guard.person()
    page = services().database.read(lambda c: saved_prompts.listed(c, person.id, **asked))
    return listing(page, prompt_json)


@bp.post("")
@operation({201: SavedPrompt}, body=NewPromptBody, access="whole", refusals=(409,))
def save_prompt() -> Response:
    """Keeps words, to ask with them again."""
    person = guard.person()
    body = read(NewPromptBody, longest=services().settings.max_message_chars)
    id = saved_prompts.create(services().database, person, body.given)
    return reply(_shown(id), 201)


@bp.get("/<id>")
@operation({200: SavedPrompt}, access="whole")
def show_prompt(id: str) -> Response:
    """One of the person's own."""
    return reply(_shown(id))


@bp.patch("/<id>")
@operation({200: SavedPrompt}, body=PromptBody, access="whole")
def change_prompt(id: str) -> Response:
    """Changes its title or its words."""
    _shown(id)
    body = read(PromptBody, longest=services().settings.max_message_chars)
    if body.given:
        saved_prompts.change(services().database, guard.person(), id, body.given)
    return reply(_shown(id))


@bp.delete("/<id>")
@operation({204: None}, access="whole")
def delete_prompt(id: str) -> Response:
    """Deletes one of the person's own."""
    saved_prompts.remove(services().database, guard.person(), id)
    return Response(status=204)


def _shown(id: str) -> dict[str, Any]:
    person = guard.person()
    found = services().database.read(lambda c: saved_prompts.find(c, person.id, id))
    return prompt_json(found)
