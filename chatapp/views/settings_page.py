"""The settings of a person: password, browsers, tokens, and what becomes of their data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.accounts import confirming, people, sessions, tokens
from chatapp.accounts.identity import Identity, enter
from chatapp.chat import sharing
from chatapp.chat.exporting import export
from chatapp.chat.farewell import delete_person
from chatapp.errors import Conflict, Forbidden, NotFound, RateLimited, RequestError, Unprocessable
from chatapp.models import now
from chatapp.views import account_forms, forms, fresh, guard, language, limits, services
from chatapp.views.accounts import leave
from chatapp.views.headers import unkept

bp = Blueprint("settings_page", __name__, url_prefix="/settings")
bp.before_request(forms.limit)
bp.before_request(guard.require_browser)

Answer: TypeAlias = Response | Redirect

SAVED = {
    "password": "Your password is changed. You are signed out in all other browsers.",
    "browsers": "That browser is signed out.",
    "tokens": "That token is revoked.",
    "links": "That link is withdrawn.",
}
"""What the page says after a change, by the word in its address."""


@bp.get("")
def show_settings() -> str:
    """The page."""
    return _page(said=SAVED.get(request.args.get("saved", ""), ""))


@bp.post("/password")
def change_password() -> Answer:
    """Gives a new password, and ends all other sessions."""
    guard.require_browser_of_account()
    return _or_page("password", _change_password)


@bp.post("/browsers/<id>/end")
def end_session(id: str) -> Redirect:
    """Signs one of the person's browsers out."""
    if not sessions.revoke(services().database, _identity().user_id, id):
        raise NotFound("There is no such browser.")
    return redirect("/settings?saved=browsers#browsers", 303)


@bp.post("/tokens")
def create_token() -> Answer:
    """Makes a token; the page that answers is the only one that ever shows it."""
    guard.require_browser_of_account()
    return _or_page("tokens", _create_token)


@bp.post("/tokens/<id>/revoke")
def revoke_token(id: str) -> Redirect:
    """Ends a token at once."""
    tokens.revoke(services().database, _identity().user_id, id)
    return redirect("/settings?saved=tokens#tokens", 303)


@bp.post("/shares/<id>/withdraw")
def withdraw_share(id: str) -> Redirect:
    """Ends a link to a conversation at once."""
    sharing.withdraw(services().database, guard.person(), id)
    return redirect("/settings?saved=links#links", 303)


@bp.get("/export")
def export_data() -> Response:
    """All that is stored of the person, as a file."""
    response = Response(
        export(services().database, _identity().user_id), mimetype="application/json"
    )
    name = f"chatapp-{now():%Y-%m-%d}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return unkept(response)


@bp.post("/delete")
def delete_account() -> Answer:
    """Deletes the person with everything that is theirs."""
    return _or_page("delete", _delete)


def _change_password() -> Redirect:
    identity, database = _identity(), services().database
    wanted = account_forms.words("password")
    confirming.confirm(database, identity, account_forms.words("current"))
    people.change_password(database, identity.user_id, wanted, session_id="")
    enter(request, database, identity.user_id, identity.email or "")
    return redirect("/settings?saved=password#password", 303)


def _create_token() -> Response:
    body = account_forms.token()
    limits.count("token")
    token = tokens.create(
        services().database, _identity().user_id, body.name, scope=body.scope, days=body.days
    )
    return unkept(Response(_page(new_token=token)))


def _delete() -> Redirect:
    if not request.form.get("sure"):
        raise Unprocessable("Tick that you are sure: this cannot be undone.")
    confirming.confirm(services().database, _identity(), account_forms.words("current"))
    delete_person(services(), _identity().user_id)
    return leave()


def _or_page(part: str, act: Callable[[], Answer]) -> Answer:
    """What `act` does; where it is refused, the page again, with the reason beside the form."""
    try:
        return act()
    except (Conflict, Forbidden, RateLimited, Unprocessable) as error:
        return _refused(part, error)


def _refused(part: str, error: RequestError) -> Response:
    response = Response(_page(troubles={part: str(error)}), error.status)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _page(**shown: Any) -> str:
    identity, database = _identity(), services().database
    return render_template(
        "accounts/settings.html",
        identity=identity,
        has_password=confirming.has_password(database, identity.user_id),
        browsers=sessions.listed(database, identity.user_id, identity.session_id or ""),
        tokens=tokens.listed(fresh(), identity.user_id),
        links=[] if identity.guest else sharing.listed(database, guard.person()),
        signup=services().settings.signup,
        largest=services().settings.max_upload_mb,
        chosen_language=language.chosen(),
        now=now(),
        form=request.form,
        **{"said": "", "new_token": "", "troubles": {}} | shown,
    )


def _identity() -> Identity:
    identity: Identity = g.identity
    return identity
