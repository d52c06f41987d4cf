"""The page on which somebody shares a conversation, and takes that back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.chat import access, sharing
from chatapp.errors import Conflict, RateLimited
from chatapp.extensions import db
from chatapp.views import forms, guard, limits, services
from chatapp.views.shares_api import address

bp = Blueprint("sharing_page", __name__, url_prefix="/c/<id>/share")
bp.before_request(forms.limit)
bp.before_request(guard.require_whole_scope)

SAID = {
    "made": "The link is there. Whoever has it can read the conversation.",
    "renewed": "The link now shows everything up to your newest message.",
    "withdrawn": "The link is withdrawn: it leads nowhere any more.",
}
"""What the page says after a change, by the word in its address."""


@bp.get("")
def show(id: str) -> str:
    """The link, where there is one, and what it shows."""
    return _page(id)


@bp.post("")
def share(id: str) -> Redirect | tuple[str, int]:
    """Makes the link, or brings what it shows up to date."""
    guard.refuse_guests()
    guard.check_conversation(id)
    try:
        limits.count("share")
        new = sharing.make(services().database, guard.person(), id)
    except (Conflict, RateLimited) as error:
        return _page(id, str(error)), error.status
    return _back(id, "made" if new else "renewed")


@bp.post("/withdraw")
def withdraw(id: str) -> Redirect:
    """Ends the link at once."""
    guard.check_conversation(id)
    sharing.withdraw_of(services().database, guard.person(), id)
    return _back(id, "withdrawn")


def _page(id: str, trouble: str = "") -> str:
    conversation = access.conversation(db.session(), guard.person(), id)
    title = conversation.title
    db.session.rollback()
    link = sharing.find(services().database, guard.person(), id)
    return render_template(
        "shares/share.html",
        id=id,
        title=title,
        link=link,
        address=address(link) if link else "",
        said=SAID.get(request.args.get("said", ""), ""),
        trouble=trouble,
    )


def _back(id: str, said: str) -> Redirect:
    return redirect(f"/c/{id}/share?said={said}", 303)
