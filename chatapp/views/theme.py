"""The theme of the pages: light, dark, or what the system has; a cookie keeps it.

The server knows it before the first byte, so that no page appears in the other theme for a moment.
Scripts write the same cookie.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response as Redirect

from chatapp.errors import Unprocessable
from chatapp.views import forms, guard
from chatapp.views.paths import own_path

bp = Blueprint("theme", __name__)
bp.before_request(forms.limit)
bp.before_request(guard.load_identity)
bp.before_request(guard.require_form_token)

COOKIE = "theme"
LASTS = timedelta(days=365)

PAPER = {"light": "#fbfcfd", "dark": "#12181c"}
"""The colour of the page in each theme, for the frame that a browser draws around it; the same as
`--paper` in `tokens.css`."""


def register(app: Flask) -> None:
    """Gives templates `theme()`, and the colour of the `paper` in each."""
    app.jinja_env.globals.update(theme=current, paper=PAPER)


def current() -> str:
    """The theme that was chosen in this browser; empty where the system decides."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in PAPER else ""


@bp.post("/theme")
def choose() -> Redirect:
    """Keeps a choice; an empty one leaves it to the system again."""
    wanted = request.form.get("theme", "")
    if wanted and wanted not in PAPER:
        raise Unprocessable("There is no such theme.", param="theme")
    response = redirect(own_path(request.form.get("next")), 303)
    lasts = LASTS if wanted else 0
    response.set_cookie(COOKIE, wanted, max_age=lasts, secure=request.is_secure, samesite="Lax")
    return response
