"""The page on which a person chooses the documents that a conversation may rest on."""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.chat import access, assistants, history
from chatapp.errors import Unprocessable
from chatapp.extensions import db
from chatapp.views import forms, guard, services
from chatapp.views.bodies import ConversationBody, validate
from chatapp.views.document_choice import offer

bp = Blueprint("document_choice_page", __name__)
bp.before_request(forms.limit)
bp.before_request(guard.require_identity)


@bp.get("/choose-documents")
def choose_first() -> str:
    """What a chat that has not begun may rest on; it is with the `?assistant=` that is named."""
    return _page("", _assistant(request.args.get("assistant", "")), ())


@bp.post("/choose-documents")
def begin() -> Redirect | tuple[str, int]:
    """Makes the conversation, empty, with what was chosen."""
    assistant_id = _assistant(request.form.get("assistant_id", ""))
    setup = {"assistant_id": assistant_id or None}

    def keep(ids: list[str]) -> str:
        person = guard.person()
        return history.create(services(), person, setup | {"document_ids": ids})[0]

    return _kept("", assistant_id, keep)


@bp.get("/c/<id>/documents")
def choose(id: str) -> str:
    """What a conversation may rest on."""
    found = access.conversation(db.session(), guard.person(), id)
    return _page(id, found.assistant_id or "", found.document_ids)


@bp.post("/c/<id>/documents")
def keep_choice(id: str) -> Redirect | tuple[str, int]:
    """Keeps what was chosen; nothing stands for all that the person may read."""
    guard.check_conversation(id)

    def keep(ids: list[str]) -> str:
        history.change(services(), guard.person(), id, {"document_ids": ids})
        return id

    return _kept(id, "", keep)


def _kept(
    id: str, assistant_id: str, keep: Callable[[list[str]], str]
) -> Redirect | tuple[str, int]:
    """Keeps the choice and goes to the chat; the form may also only ask for other documents."""
    chosen = request.form.getlist("document_ids")
    if "find" in request.form:
        return _page(id, assistant_id, chosen), 200
    try:
        ids = validate(ConversationBody, {"document_ids": chosen}).document_ids or []
        return redirect(f"/c/{keep(ids)}", 303)
    except Unprocessable as error:
        return _page(id, assistant_id, chosen, str(error)), error.status


def _page(id: str, assistant_id: str, chosen: Collection[str], trouble: str = "") -> str:
    query = request.form.get("query", "").strip()
    return render_template(
        "conversations/documents.html",
        id=id,
        assistant_id=assistant_id,
        choice=offer(guard.patron(), chosen, query),
        trouble=trouble,
    )


def _assistant(id: str) -> str:
    """An assistant that the person may use, or none. Raises `NotFound`."""
    person_id = guard.person().id
    if id:
        services().database.read(lambda c: assistants.find(c, person_id, id))
    return id
