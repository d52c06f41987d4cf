"""One conversation as a file: Markdown to be read, or JSON with everything."""

from __future__ import annotations

from flask import Blueprint, Response

from chatapp.chat import access
from chatapp.chat.exporting import export_conversation
from chatapp.chat.transcript import Head, Labels, transcribe
from chatapp.extensions import db
from chatapp.views import guard, services
from chatapp.views.downloads import attach, name_of
from chatapp.views.headers import unkept
from chatapp.views.language import gettext as _
from chatapp.views.queries import ExportQuery, read_query

bp = Blueprint("exports_page", __name__)
bp.before_request(guard.load_identity)

MARKDOWN = "text/markdown"


@bp.get("/c/<id>/export")
def download(id: str) -> Response:
    """The file, in the form that `?as=` names."""
    return export(id, read_query(ExportQuery))


def export(id: str, asked: ExportQuery) -> Response:
    """The file. Raises `NotFound`, and `Unprocessable` for a message of another conversation."""
    found = access.conversation(db.session(), guard.person(), id)
    head = Head(found.id, found.title, found.created_at, found.updated_at)
    db.session.remove()  # nothing is held while the file is read
    database = services().database
    if asked.as_ == "markdown":
        response = Response(transcribe(database, head, _labels(), asked.message_id))
        response.content_type = f"{MARKDOWN}; charset=utf-8"
    else:
        response = Response(export_conversation(database, id), mimetype="application/json")
    ending = {"markdown": "md", "json": "json"}[asked.as_]
    attach(response, name_of(head.title, "conversation", ending))
    return unkept(response)


def _labels() -> Labels:
    return Labels(
        _("Conversation"),
        _("Question"),
        _("Answer"),
        _("Sources"),
        _("There was no answer."),
        _("Attached files"),
    )
