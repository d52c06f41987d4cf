"""The native API: personal tokens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from chatapp.accounts import tokens
from chatapp.extensions import db
from chatapp.models import Token
from chatapp.models.paging import Page
from chatapp.views import fresh, guard, limits, services
from chatapp.views.bodies import TokenBody, read
from chatapp.views.headers import unkept
from chatapp.views.operations import operation
from chatapp.views.replies import NewToken, Tokens
from chatapp.views.shapes import listing, reply, time

bp = Blueprint("tokens_api", __name__, url_prefix="/api/tokens")
bp.before_request(guard.require_whole_scope)


@bp.get("")
@operation({200: Tokens}, access="whole")
def list_tokens() -> Response:
    """The person's tokens, without what makes them tokens."""
    return listing(Page(tokens.listed(db.session(), guard.person().id), None), _shown)


@bp.post("")
@operation({201: NewToken}, body=TokenBody, access="whole", refusals=(409, 429))
def create_token() -> Response:
    """Makes one, and shows it this once."""
    guard.require_browser_of_account()
    body = read(TokenBody, longest=services().settings.max_message_chars)
    limits.count("token")
    person = guard.person()
    token = tokens.create(
        services().database, person.id, body.name, scope=body.scope, days=body.days
    )
    kept = tokens.find(fresh(), token)
    return unkept(reply(_shown(kept) | {"token": token}, 201))


@bp.delete("/<id>")
@operation({204: None}, access="whole")
def revoke_token(id: str) -> Response:
    """Ends one at once."""
    tokens.revoke(services().database, guard.person().id, id)
    return Response(status=204)


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scope": token.scope,
        "created_at": time(token.created_at),
        "expires_at": time(token.expires_at),
        "last_used_at": time(token.last_used_at),
    }
