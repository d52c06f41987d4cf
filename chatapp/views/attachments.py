"""Files that go along with a question: sent ahead by a script, or in the question's own form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from chatapp.chat import images
from chatapp.chat.images import Kept
from chatapp.chat.picture_headers import looks_like_picture
from chatapp.chat.questions import Question
from chatapp.errors import Unprocessable
from chatapp.knowledge import documents
from chatapp.knowledge.adding import Upload
from chatapp.views import guard, limits, services, uploads
from chatapp.views.documents_api import add_all, look_after_documents
from chatapp.views.shapes import document_json, image_json, reply

bp = Blueprint("attachments", __name__)
bp.before_request(uploads.limit)
bp.before_request(partial(guard.admit_newcomers, ("attachments.attach",)))
bp.before_request(look_after_documents)


@bp.post("/attachments")
def attach() -> Response:
    """Keeps the files of a form, each as what it is; who comes for the first time is a guest."""
    sent = uploads.files()
    check(sent)
    guard.person_or_guest()
    limits.count("upload")
    return reply({"items": [_kept(each) for each in sent], "next": None}, 201)


def _kept(upload: Upload) -> dict[str, Any]:
    database, patron = services().database, guard.patron()
    if looks_like_picture(upload.content):
        kept = image_json(keep_image(upload))
        return {"kind": "image", "state": "ready", "error": None, **kept}
    (added,) = add_all(patron, [upload])
    return {"kind": "document", **document_json(documents.find(database, patron, added.id))}


def with_files(question: Question) -> Question:
    """A question with the files that came in its form, where some did, for whom `guard` knows.

    Raises what adding documents raises, and keeping pictures.
    """
    if not any(each.filename for each in request.files.getlist("files")):
        return question
    guard.refuse_narrow_tokens()
    sent = uploads.files()
    check(sent)
    limits.count("upload")
    pictures = [each for each in sent if looks_like_picture(each.content)]
    texts = [each for each in sent if not looks_like_picture(each.content)]
    image_ids = [keep_image(each, question.client_id or "").id for each in pictures]
    document_ids = [each.id for each in add_all(guard.patron(), texts)] if texts else []
    return replace(  # a file that was chosen twice comes once
        question,
        document_ids=list(dict.fromkeys((*question.document_ids, *document_ids))),
        image_ids=list(dict.fromkeys((*question.image_ids, *image_ids))),
    )


def check(sent: Sequence[Upload]) -> None:
    """Raises `Unprocessable` for pictures where the model takes none."""
    if services().provider.speaks:
        return
    if any(looks_like_picture(each.content) for each in sent):
        raise Unprocessable(
            "The model here takes no pictures. Attach text, or connect a model that does."
        )


def keep_image(upload: Upload, name: str = "") -> Kept:
    """Keeps a picture for who asks. Raises what `images.keep` raises."""
    return images.keep(services().database, guard.person(), upload, name)
