"""The pages of assistants: all that a person may use, and a form for their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.accounts.identity import Identity
from chatapp.chat import assistants
from chatapp.chat.personas import COLOURS, Persona
from chatapp.errors import Conflict, RequestError, TooLarge, Unprocessable
from chatapp.views import assistant_forms, forms, guard, services, shown
from chatapp.views.assistant_forms import Draft
from chatapp.views.document_choice import offer
from chatapp.views.language import tell

bp = Blueprint("assistants_page", __name__, url_prefix="/assistants")
bp.before_request(forms.limit)
bp.before_request(partial(guard.admit_newcomers, ("assistants_page.show_assistants",)))

AT_ONCE = 60


@bp.get("")
def show_assistants() -> str:
    """All that the person may use: their own, shared ones, and those that come with the chat."""
    identity: Identity | None = g.identity
    after, id = request.args.get("after", ""), guard.person().id if identity else ""
    page = services().database.read(lambda c: assistants.listed(c, id, after=after, limit=AT_ONCE))
    return render_template(
        "assistants/list.html",
        own=[each for each in page.items if each.user_id == id],
        shared=[each for each in page.items if each.user_id not in (None, id)],
        ready_made=[shown.persona(each) for each in page.items if each.ready_made],
        more=f"/assistants?after={page.next}" if page.next else "",
        guest=identity is None or identity.guest,
    )


@bp.get("/new")
def draft_assistant() -> str:
    """The form of a new one, empty or `?from=` another one."""
    guard.refuse_guests()
    source = request.args.get("from")
    return _form(assistant_forms.copy_of(shown.persona(_find(source))) if source else Draft())


@bp.post("")
def make_assistant() -> Redirect | tuple[str, int]:
    """Keeps a new one."""
    guard.refuse_guests()
    return _kept("", lambda values: assistants.create(services(), guard.person(), values))


@bp.get("/<id>/edit")
def edit_assistant(id: str) -> str:
    """The form of one of the person's own."""
    return _form(assistant_forms.of(_find_own(id)), id)


@bp.post("/<id>/edit")
def change_assistant(id: str) -> Redirect | tuple[str, int]:
    """Keeps what was changed."""
    _find_own(id)
    return _kept(id, lambda values: assistants.change(services(), guard.person(), id, values))


@bp.post("/<id>/delete")
def delete_assistant(id: str) -> Redirect:
    """Deletes one of the person's own."""
    assistants.remove(services(), guard.person(), id)
    return redirect("/assistants", 303)


def _kept(id: str, keep: Callable[[dict[str, Any]], object]) -> Redirect | tuple[str, int]:
    """Keeps the form; what cannot be is shown again, with words that say why.

    The form may also only ask for other documents to choose from.
    """
    draft = assistant_forms.sent()
    if _searches():
        return _form(draft, id), 200
    try:
        keep(assistant_forms.values(draft))
    except (Conflict, TooLarge, Unprocessable) as error:
        return _form(draft, id, trouble=error), error.status
    return redirect("/assistants", 303)


def _searches() -> bool:
    """Whether Search was chosen, or Enter in its field."""
    typed = request.form.get("query", "") != request.form.get("queried", "")
    return "find" in request.form or ("entered" in request.form and typed)


def _form(draft: Draft, id: str = "", trouble: RequestError | None = None) -> str:
    query = request.form.get("query", "").strip()
    return render_template(
        "assistants/form.html",
        id=id,
        draft=draft,
        trouble=str(trouble or ""),
        colours={each: tell(each.capitalize()) for each in COLOURS},
        models=services().catalogue.offered(),
        choice=offer(guard.patron(), draft.document_ids, query),
        longest=services().settings.max_message_chars,
    )


def _find(id: str) -> Persona:
    person = guard.person()
    return services().database.read(lambda c: assistants.find(c, person.id, id))


def _find_own(id: str) -> Persona:
    person = guard.person()
    return services().database.read(lambda c: assistants.check_own(c, person.id, id))
