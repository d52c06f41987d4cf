"""The page on which people say who they are, and what of it a model is told."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.accounts import profile
from chatapp.errors import Unauthenticated, Unprocessable
from chatapp.models import User
from chatapp.views import forms, fresh, guard, services

bp = Blueprint("profile_page", __name__, url_prefix="/profile")
bp.before_request(forms.limit)
bp.before_request(guard.require_whole_scope)


@bp.get("")
def show_profile() -> str:
    """The form, as it was filled in last."""
    user = _user()
    fields = {name: getattr(user, name) for name in (*profile.FIELDS, "told")}
    fields["interests"] = ", ".join(fields["interests"])
    return render_template("accounts/profile.html", fields=fields, introduction=user.introduction)


@bp.post("")
def change_profile() -> Redirect | tuple[str, int]:
    """Keeps the form; what cannot be is shown again, with words that say why."""
    try:
        changes = forms.profile()
    except Unprocessable as error:
        return _show_again(str(error)), error.status
    profile.change(services().database, guard.person().id, changes)
    return redirect("/profile?saved=1", 303)


def _show_again(trouble: str) -> str:
    fields = {**request.form, "told": request.form.getlist("told")}
    introduction = _user().introduction
    return render_template(
        "accounts/profile.html", fields=fields, introduction=introduction, trouble=trouble
    )


def _user() -> User:
    user = fresh().get(User, guard.person().id)
    if user is None:
        raise Unauthenticated("This account is gone.")
    return user
