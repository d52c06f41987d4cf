"""The pages of documents: a list to which files are added, and each of them to be read."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.chat import document_pages
from chatapp.errors import RequestError
from chatapp.knowledge import documents
from chatapp.knowledge.adding import GUESTS_DOCUMENTS
from chatapp.knowledge.documents import Patron
from chatapp.views import forms, guard, limits, services, uploads
from chatapp.views.documents_api import add_all, find, look_after_documents
from chatapp.views.downloads import attach
from chatapp.views.language import ngettext, number

FIRST = ("documents_page.show_documents", "documents_page.add_documents")
"""What who comes for the first time can do: they are guests once they have added something."""

bp = Blueprint("documents_page", __name__, url_prefix="/documents")
bp.before_request(uploads.limit)
bp.before_request(partial(guard.admit_newcomers, FIRST))
bp.before_request(look_after_documents)

AT_ONCE = 50
FOUND = 10

INERT = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For what somebody added: nothing of it runs, wherever a browser opens it."""


@bp.get("")
def show_documents() -> str:
    """The list with the form to add files, or what a search finds."""
    return _page()


@bp.get("/rows")
def show_rows() -> str:
    """The list alone, as a piece of a page."""
    return render_template("documents/_rows.html", **_rows())


@bp.post("")
def add_documents() -> Redirect | tuple[str, int]:
    """Adds the files of the form; where one cannot be added, none is, and the page says why."""
    try:
        sent = uploads.files()
        guard.person_or_guest()
        patron = guard.patron()
        limits.count("upload")
        added = add_all(patron, sent)
    except RequestError as error:
        return _page(trouble=str(error)), error.status
    new = sum(each.new for each in added)
    return redirect(f"/documents?{urlencode({'added': new, 'known': len(added) - new})}", 303)


@bp.get("/<id>")
def show_document(id: str) -> str:
    """The text of a document; `?passage=` marks one of its passages."""
    cited, number = request.args.get("passage", ""), request.args.get("page", "")
    page = document_pages.open_page(
        services().database,
        guard.patron(),
        id,
        int(number) if forms.is_number(number) else 1,
        int(cited) if forms.is_number(cited) else None,
    )
    return render_template("documents/document.html", page=page, patron=guard.patron())


@bp.get("/<id>/file")
def download_document(id: str) -> Response:
    """The file as it was added, to be kept and not to be opened here."""
    database, patron = services().database, guard.patron()
    document = documents.find(database, patron, id)
    response = Response(documents.file(database, patron, id), mimetype="application/octet-stream")
    attach(response, document.name.rpartition("/")[2])
    response.headers["Content-Security-Policy"] = INERT
    return response


@bp.post("/<id>/share")
def share_document(id: str) -> Redirect:
    """Lets everybody read it, or takes it back."""
    shared = request.form.get("shared") == "1"
    documents.change(services().database, guard.patron(), id, {"shared": shared})
    return redirect("/documents", 303)


@bp.post("/<id>/delete")
def delete_document(id: str) -> Redirect:
    """Deletes it."""
    documents.remove(services().database, guard.patron(), id)
    return redirect("/documents", 303)


def _page(trouble: str = "") -> str:
    query = " ".join(request.args.get("q", "").split())
    found = find(_patron(), query, FOUND) if query else []
    return render_template(
        "documents/list.html",
        query=query,
        found=found,
        trouble=trouble,
        said=_said(),
        largest=services().settings.max_upload_mb,
        most=GUESTS_DOCUMENTS,
        newcomer=g.identity is None,
        **_rows(),
    )


def _said() -> str:
    """What became of a form, by the numbers in the address it led to."""
    added, known = (request.args.get(name, "") for name in ("added", "known"))
    said = []
    if forms.is_number(added) and int(added):
        words = ngettext("%(num)s file added.", "%(num)s files added.", int(added))
        said.append(words % {"num": number(int(added))})
    if forms.is_number(known) and int(known):
        words = ngettext("%(num)s file known before.", "%(num)s files known before.", int(known))
        said.append(words % {"num": number(int(known))})
    return " ".join(said)


def _rows() -> dict[str, Any]:
    patron = _patron()
    if g.identity is None:
        return {"items": [], "older": None, "patron": patron}
    page = documents.listed(
        services().database, patron, after=request.args.get("after", ""), limit=AT_ONCE
    )
    return {"items": page.items, "older": page.next, "patron": patron}


def _patron() -> Patron:
    return Patron(None, guest=True) if g.identity is None else guard.patron()
