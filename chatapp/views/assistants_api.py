"""The native API: assistants."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from chatapp.chat import assistants
from chatapp.chat.personas import Persona
from chatapp.views import guard, services
from chatapp.views.bodies import AssistantBody, NewAssistantBody, read
from chatapp.views.operations import operation
from chatapp.views.queries import AssistantsQuery, read_query
from chatapp.views.replies import Assistant, Assistants
from chatapp.views.shapes import assistant_json, listing, reply

bp = Blueprint("assistants_api", __name__, url_prefix="/api/assistants")
bp.before_request(guard.require_whole_scope)


@bp.get("")
@operation({200: Assistants}, query=AssistantsQuery, access="whole")
def list_assistants() -> Response:
    """The person's own assistants, shared ones, and those that come with the chat."""
    asked, person = dict(read_query(AssistantsQuery)), guard.person()
    page = services().database.read(lambda c: assistants.listed(c, person.id, **asked))
    return listing(page, _shown)


@bp.post("")
@operation({201: Assistant}, body=NewAssistantBody, access="whole", refusals=(409,))
def create_assistant() -> Response:
    """Makes one. Guests make none."""
    guard.refuse_guests()
    body = read(NewAssistantBody, longest=services().settings.max_message_chars)
    id = assistants.create(services(), guard.person(), body.given)
    return reply(_shown(_find(id)), 201)


@bp.get("/<id>")
@operation({200: Assistant}, access="whole")
def show_assistant(id: str) -> Response:
    """One that the person may use."""
    return reply(_shown(_find(id)))


@bp.patch("/<id>")
@operation({200: Assistant}, body=AssistantBody, access="whole")
def change_assistant(id: str) -> Response:
    """Changes one of the person's own; later answers follow it."""
    person = guard.person()
    services().database.read(lambda c: assistants.check_own(c, person.id, id))
    body = read(AssistantBody, longest=services().settings.max_message_chars)
    if body.given:
        assistants.change(services(), person, id, body.given)
    return reply(_shown(_find(id)))


@bp.delete("/<id>")
@operation({204: None}, access="whole")
def delete_assistant(id: str) -> Response:
    """Deletes one of the person's own. Conversations that use it keep what it said."""
    assistants.remove(services(), guard.person(), id)
    return Response(status=204)


def _find(id: str) -> Persona:
    person = guard.person()
    return services().database.read(lambda c: assistants.find(c, person.id, id))


def _shown(assistant: Persona) -> dict[str, Any]:
    return assistant_json(guard.person().id, assistant)
