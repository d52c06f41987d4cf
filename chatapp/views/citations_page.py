"""From a number in an answer to the place in the document that it cites."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response as Redirect

from chatapp.chat import access
from chatapp.chat.answers import snapshot
from chatapp.errors import NotFound
from chatapp.events import Source
from chatapp.extensions import db
from chatapp.knowledge import documents
from chatapp.models import Message
from chatapp.parts import sources_of
from chatapp.views import guard, services, shown

bp = Blueprint("citations_page", __name__)
bp.before_request(guard.load_identity)


@bp.get("/m/<id>/sources/<int:number>")
def show_source(id: str, number: int) -> Redirect | str:
    """The document with the cited passage marked, or where that is gone, the words quoted."""
    message = access.message(db.session(), guard.person(), id)
    source, back = _find(message, number), shown.address(message)
    db.session.rollback()
    place, database = source.passage_id, services().database
    if place is not None and documents.holds(database, guard.patron(), source.id, place):
        return redirect(f"/documents/{source.id}?passage={place}#passage-{place}", 303)
    return render_template("messages/source.html", source=source, back=back)


def _find(message: Message, number: int) -> Source:
    now = snapshot(services(), db.session(), message)
    for source in sources_of(now.parts):
        if source.position == number:
            return source
    raise NotFound("This answer has no such source.")
