"""The list of commands and the sheet of keys, as pieces of a page: fetched when first wanted."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from chatapp.views import guard

bp = Blueprint("palette", __name__)
bp.before_request(guard.load_identity)


@bp.get("/palette")
def show_palette() -> str:
    """Both dialogs; what is offered depends on who asks."""
    return render_template("layouts/_palette.html", identity=g.identity)
