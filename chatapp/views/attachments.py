"""Files that go along with a question: sent ahead by a script, or in the question's own form."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, request

from chatapp.chat.questions import Question
from chatapp.knowledge import documents
from chatapp.views import guard, limits, services, uploads
from chatapp.views.documents_api import add_all, look_after_documents
from chatapp.views.shapes import document_json, reply

bp = Blueprint("attachments", __name__)
bp.before_request(uploads.limit)
bp.before_request(partial(guard.admit_newcomers, ("attachments.attach",)))
bp.before_request(look_after_documents)


@bp.post("/attachments")
def attach() -> Response:
    """Keeps the files of a form, each as what it is; who comes for the first time is a guest."""
    sent = uploads.files()
    guard.person_or_guest()
    limits.count("upload")
    patron, database = guard.patron(), services().database
    added = [documents.find(database, patron, each.id) for each in add_all(patron, sent)]
    items = [{"kind": "document", **document_json(each)} for each in added]
    return reply({"items": items, "next": None}, 201)


def with_files(question: Question) -> Question:
    """A question with the files that came in its form, where some did, for whom `guard` knows.

    Raises what adding documents raises.
    """
    if not any(each.filename for each in request.files.getlist("files")):
        return question
    guard.refuse_narrow_tokens()
    sent = uploads.files()
    limits.count("upload")
    ids = [each.id for each in add_all(guard.patron(), sent)]
    return replace(question, document_ids=[*question.document_ids, *ids])
