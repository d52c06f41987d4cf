"""The native API: the person themselves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g
from flask_wtf.csrf import generate_csrf

from chatapp.accounts import profile
from chatapp.errors import Unauthenticated
from chatapp.models import User
from chatapp.views import fresh, guard, services
from chatapp.views.bodies import ProfileBody, read
from chatapp.views.operations import operation
from chatapp.views.replies import Me
from chatapp.views.shapes import reply

bp = Blueprint("me_api", __name__, url_prefix="/api/me")
bp.before_request(guard.require_whole_scope)


@bp.get("")
@operation({200: Me}, access="whole")
def show_me() -> Response:
    """Who is asking, and the CSRF token for a browser."""
    return reply(_shown())


@bp.patch("")
@operation({200: Me}, body=ProfileBody, access="whole")
def change_me() -> Response:
    """Changes the profile."""
    changes = read(ProfileBody, longest=services().settings.max_message_chars).changes
    if changes:
        profile.change(services().database, guard.person().id, changes)
    return reply(_shown())


def _shown() -> dict[str, Any]:
    user = fresh().get(User, guard.person().id)
    if user is None:
        raise Unauthenticated("This account is gone.")
    names = ("id", "email", *profile.FIELDS, "told", "introduction")
    shown: dict[str, Any] = {name: getattr(user, name) for name in names}
    shown["csrf_token"] = generate_csrf() if g.identity.via == "cookie" else None
    return shown
