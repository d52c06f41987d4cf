"""The form in which people choose the language of the pages."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response as Redirect

from chatapp.accounts import profile
from chatapp.errors import Unprocessable
from chatapp.views import forms, guard, services
from chatapp.views.language import COOKIE, LANGUAGES
from chatapp.views.paths import own_path

bp = Blueprint("language_page", __name__)
bp.before_request(forms.limit)
bp.before_request(guard.load_identity)
bp.before_request(guard.require_form_token)

LASTS = timedelta(days=365)


@bp.post("/language")
def choose() -> Redirect:
    """Keeps a choice in the browser, and in the profile of whoever is known; an empty one leaves
    it to the browser again. A profile's language that there are no pages in stays.
    """
    code = request.form.get("language", "")
    if code and code not in LANGUAGES.codes:
        raise Unprocessable("There is no such language here.", param="language")
    if g.identity and (code or LANGUAGES.find(g.identity.locale or "")):
        profile.change(services().database, g.identity.user_id, {"locale": code or None})
    response = redirect(own_path(request.form.get("next")), 303)
    response.set_cookie(
        COOKIE,
        code,
        max_age=LASTS if code else 0,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response
