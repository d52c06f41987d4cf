"""Signing in by way of an OpenID provider: to it, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from chatapp.accounts import linking, people, profile
from chatapp.accounts.claims import Claims
from chatapp.errors import NotFound
from chatapp.views import accounts, guard, limits, openid_provider, services
from chatapp.views.paths import own_path

if TYPE_CHECKING:
    from chatapp.accounts.openid import OpenId

bp = Blueprint("openid", __name__, url_prefix="/login/openid")
bp.before_request(guard.load_identity)
bp.before_request(guard.refuse_credentials)


@bp.get("")
def leave() -> Redirect:
    """Leads to the provider."""
    openid, next = _provider(), own_path(request.args.get("next"))
    if accounts.has_account():
        return redirect(next, 303)
    return redirect(openid.leave(_back(), next), 303)


@bp.get("/callback")
def arrive() -> Redirect:
    """Signs in whom the provider sent back."""
    openid, state = _provider(), request.args.get("state", "")
    if "error" in request.args:
        raise openid.refuse(state)
    claims, next = openid.arrive(state, request.args.get("code", ""), _back())
    account = linking.find(services().database, claims) or _join(claims)
    return accounts.admit(account.id, account.email, next)


def _join(claims: Claims) -> linking.Account:
    settings, database = services().settings, services().database
    newcomer = linking.newcomer(claims, accounts.guest_id(), open=settings.signup)
    limits.count("sign-up")
    user_id = people.join(database, newcomer, founder=accounts.is_at_the_machine())
    if name := _storable(claims.name or ""):
        profile.change(database, user_id, {"name": name})
    return linking.Account(user_id, people.normalize(newcomer.email))


def _storable(name: str) -> str:
    """A name as the form of the profile would keep it; what no database takes is left out."""
    words = name.encode("utf-8", "ignore").decode().replace("\0", "").split()
    return " ".join(words)[:200]


def _back() -> str:
    return url_for("openid.arrive", _external=True)


def _provider() -> OpenId:
    openid = openid_provider()
    if openid is None:
        raise NotFound("Nobody can sign in by way of a provider here.")
    return openid
