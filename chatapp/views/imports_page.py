"""Bringing conversations in by a form: the page that answers tells of each as it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex

from flask import Blueprint, Response, render_template, stream_with_context
from markupsafe import Markup

from chatapp.chat.importing.taking import Taken
from chatapp.errors import RequestError
from chatapp.views import guard, limits, uploads
from chatapp.views.imports_api import sent_file, taken
from chatapp.views.streams import HEADERS

bp = Blueprint("imports_page", __name__, url_prefix="/settings/import")
bp.before_request(uploads.limit)
bp.before_request(guard.require_browser)

TOLD_EVERY = 25
"""Conversations after which the page says how many there are."""


@bp.post("")
def take_in() -> Response:
    """Takes in a file, and tells how far that is, piece by piece. Who leaves ends it; the same
    file goes on where it was."""
    guard.require_browser_of_account()
    try:
        file = sent_file()
        limits.count("import")
    except RequestError as error:
        return Response(_page(Markup(""), str(error)), error.status)
    slot = Markup(f"<!-- {token_hex(16)} -->")
    pieces = _around(_page(slot).partition(slot), taken(guard.person(), file))
    headers = {name: value for name, value in HEADERS.items() if name != "Content-Type"}
    return Response(stream_with_context(pieces), mimetype="text/html", headers=headers)


def _page(slot: Markup, trouble: str = "") -> str:
    return render_template("accounts/import.html", slot=slot, trouble=trouble)


def _around(page: tuple[str, str, str], found: Iterator[Taken]) -> Iterator[str]:
    head, _slot, tail = page
    yield head
    new = known = failed = 0
    for number, each in enumerate(found, 1):
        new += not (each.trouble or each.known)
        known += each.known
        failed += bool(each.trouble)
        if each.trouble:
            yield render_template("accounts/_import_trouble.html", taken=each)
        elif number % TOLD_EVERY == 0:
            yield render_template("accounts/_import_step.html", count=number)
    yield render_template("accounts/_import_end.html", new=new, known=known, failed=failed)
    yield tail
