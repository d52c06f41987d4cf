"""The pages of saved prompts: the list, and a form for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.chat import saved_prompts
from chatapp.chat.saved_prompts import Saved
from chatapp.errors import Conflict, RequestError, TooLarge, Unprocessable
from chatapp.views import forms, guard, services

FIRST = ("prompts_page.show_prompts", "prompts_page.draft_prompt", "prompts_page.save_prompt")
"""What who comes for the first time can do: they are guests once they have saved something."""

AT_ONCE = 50

bp = Blueprint("prompts_page", __name__, url_prefix="/prompts")
bp.before_request(forms.limit)
bp.before_request(partial(guard.admit_newcomers, FIRST))


@bp.get("")
def show_prompts() -> str:
    """The person's prompts, made last first."""
    after, id = request.args.get("after", ""), guard.person().id if g.identity else ""
    page = services().database.read(
        lambda c: saved_prompts.listed(c, id, after=after, limit=AT_ONCE)
    )
    more = f"/prompts?after={page.next}" if page.next else ""
    return render_template("prompts/list.html", prompts=page.items, more=more)


@bp.get("/new")
def draft_prompt() -> str:
    """The form of a new one."""
    return _form({"title": "", "content": ""})


@bp.post("")
def save_prompt() -> Redirect | tuple[str, int]:
    """Keeps a new one."""

    def keep(values: dict[str, Any]) -> None:
        saved_prompts.create(services().database, guard.person_or_guest(), values)

    return _kept("", keep)


@bp.get("/<id>/edit")
def edit_prompt(id: str) -> str:
    """The form of one of the person's own."""
    found = _find(id)
    return _form({"title": found.title, "content": found.content}, id)


@bp.post("/<id>/edit")
def change_prompt(id: str) -> Redirect | tuple[str, int]:
    """Keeps what was changed."""
    _find(id)
    person = guard.person()
    return _kept(id, lambda values: saved_prompts.change(services().database, person, id, values))


@bp.post("/<id>/delete")
def delete_prompt(id: str) -> Redirect:
    """Deletes one of the person's own."""
    saved_prompts.remove(services().database, guard.person(), id)
    return redirect("/prompts", 303)


def _kept(id: str, keep: Callable[[dict[str, Any]], None]) -> Redirect | tuple[str, int]:
    """Keeps the form; what cannot be is shown again, with words that say why."""
    sent = forms.prompt()
    try:
        keep(forms.valid_prompt(sent))
    except (Conflict, TooLarge, Unprocessable) as error:
        return _form(sent, id, trouble=error), error.status
    return redirect("/prompts", 303)


def _form(draft: dict[str, str], id: str = "", trouble: RequestError | None = None) -> str:
    return render_template(
        "prompts/form.html",
        id=id,
        draft=draft,
        trouble=str(trouble or ""),
        longest=services().settings.max_message_chars,
    )


def _find(id: str) -> Saved:
    person = guard.person()
    return services().database.read(lambda c: saved_prompts.find(c, person.id, id))
