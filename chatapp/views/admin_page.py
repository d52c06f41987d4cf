"""Administration: people, invitations, and the log of what administrators did."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.accounts import administration, audit, invitations
from chatapp.accounts.administration import Actor
from chatapp.chat.farewell import delete_person, stop_answers
from chatapp.errors import RequestError, Unprocessable
from chatapp.extensions import db
from chatapp.models import Database, now
from chatapp.views import account_forms, forms, fresh, guard, services
from chatapp.views.headers import unkept

bp = Blueprint("admin_page", __name__, url_prefix="/admin")
bp.before_request(forms.limit)
bp.before_request(guard.require_administrator)

Deed: TypeAlias = Callable[[Database, Actor, str], None]

ENTRIES = 100
LONGEST_QUERY = 254
_NUMBER = re.compile(r"[0-9]{1,15}")


@bp.get("")
def show_people() -> str:
    """Everybody with an account, or those whom a search finds."""
    return _people_page()


@bp.post("/people/<id>")
def change_person(id: str) -> Redirect | Response:
    """Promotes, demotes, disables, enables or deletes somebody."""
    deed = DEEDS.get(request.form.get("deed", ""))
    if deed is None:
        raise Unprocessable(f"deed: one of {', '.join(DEEDS)}.")
    try:
        deed(services().database, _actor(), id)
    except RequestError as error:
        return Response(_people_page(trouble=str(error)), error.status)
    return redirect(_address(request.args.get("q", "")), 303)


@bp.get("/invitations")
def show_invitations() -> str:
    """All invitations."""
    return _invitations_page()


@bp.post("/invitations")
def create_invitation() -> Response:
    """Makes one; the page that answers is the only one that ever shows its link."""
    try:
        wish = account_forms.invitation()
    except Unprocessable as error:
        return Response(_invitations_page(trouble=str(error)), error.status)
    code = invitations.create(services().database, _actor().email, wish.note, wish.days)
    link = f"{request.url_root}signup?{urlencode({'invitation': code})}"
    return unkept(Response(_invitations_page(link=link)))


@bp.post("/invitations/<id>/revoke")
def revoke_invitation(id: str) -> Redirect:
    """Takes one back that was not used."""
    invitations.revoke(services().database, _actor().email, id)
    return redirect("/admin/invitations", 303)


@bp.get("/log")
def show_log() -> str:
    """What administrators did, the newest first."""
    before = request.args.get("before", "")
    last = int(before) if _NUMBER.fullmatch(before) else None
    found = audit.entries(db.session(), last, ENTRIES + 1)
    entries = found[:ENTRIES]
    older = entries[-1].id if len(found) > ENTRIES else None
    return render_template("admin/log.html", entries=entries, older=older)


def _people_page(trouble: str = "") -> str:
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    if not _is_storable(query):
        query = ""
    after = request.args.get("after", "")[:LONGEST_QUERY]
    found = administration.people(fresh(), query, after if _is_storable(after) else "")
    people = found[: administration.PAGE]
    more = _address(query, people[-1].email) if len(found) > len(people) else None
    return render_template(
        "admin/people.html", people=people, query=query, more=more, trouble=trouble, me=_actor().id
    )


def _invitations_page(link: str = "", trouble: str = "") -> str:
    return render_template(
        "admin/invitations.html",
        invitations=invitations.listed(fresh()),
        link=link,
        trouble=trouble,
        form=request.form,
        signup=services().settings.signup,
        now=now(),
    )


def _address(query: str, after: str = "") -> str:
    asked = {name: value for name, value in (("q", query), ("after", after)) if value}
    return f"/admin?{urlencode(asked)}" if asked else "/admin"


def _is_storable(text: str) -> bool:
    """PostgreSQL refuses the NUL character even in a comparison."""
    return "\0" not in text


def _actor() -> Actor:
    return Actor(g.identity.user_id, g.identity.email or "")


def _disable(database: Database, actor: Actor, user_id: str) -> None:
    administration.disable(database, actor, user_id)
    stop_answers(services(), user_id)


def _delete(database: Database, actor: Actor, user_id: str) -> None:
    if not request.form.get("sure"):
        raise Unprocessable("Tick that you are sure: this cannot be undone.")
    administration.check(database, actor, user_id)
    delete_person(services(), user_id, lambda c: administration.note_deletion(c, actor, user_id))


DEEDS: dict[str, Deed] = {
    "promote": administration.promote,
    "demote": administration.demote,
    "disable": _disable,
    "enable": administration.enable,
    "delete": _delete,
}
