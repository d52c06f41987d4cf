"""A shared conversation, for anybody who has its link: nobody is asked who they are.

No cookie is read but that of the language, and none is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from secrets import token_hex
from typing import Any

from flask import Blueprint, Response, render_template, stream_with_context
from markupsafe import Markup

from chatapp.chat import sharing
from chatapp.parts import from_json, sources_of
from chatapp.views import pictures, services, shown
from chatapp.views.language import gettext as _

bp = Blueprint("shared_page", __name__)

HIDDEN = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}
"""The link is a secret: no list of pages has it, and no other site is told."""


@bp.get("/s/<id>")
def show(id: str) -> Response:
    """What was shared, piece by piece: it may be long."""
    shared = sharing.open_link(services().database, id)
    slot = Markup(f"<!-- {token_hex(16)} -->")
    told = HIDDEN["Referrer-Policy"]
    page = render_template("shares/shared.html", shared=shared, slot=slot, referrer=told)
    messages = sharing.messages(services().database, shared)
    pieces = stream_with_context(_around(page.partition(slot), messages, f"/s/{id}"))
    return Response(pieces, mimetype="text/html", headers=HIDDEN)


@bp.get("/s/<id>/images/<image>")
def show_image(id: str, image: str) -> Response:
    """A picture of a question that was shared."""
    return pictures.serve(sharing.find_picture(services().database, id, image))


@bp.after_request
def hide(response: Response) -> Response:
    """Tells it of errors, too."""
    response.headers.update(HIDDEN)
    return response


def _around(page: tuple[str, str, str], read: Iterator[list[Any]], link: str) -> Iterator[str]:
    head, _slot, tail = page
    yield head
    for rows in read:
        messages = [_shown(row, link) for row in rows]
        yield render_template("messages/_shared.html", messages=messages)
    yield tail


def _shown(row: Any, link: str) -> shown.Question | shown.Answer:
    if row.role == "user":
        return shown.Question(row.id, row.parent_id or "", row.text, _pictures(row, link))
    return shown.Answer(
        id=row.id,
        state=row.status,
        model=row.model or "",
        text=row.text,
        html=Markup(row.html or ""),  # made by our own sanitizer
        sources=tuple(_sources(row)),
    )


def _pictures(row: Any, link: str) -> tuple[shown.Attachment, ...]:
    """Those that came with a question; not what their owner calls them, and no documents."""
    came = [each for each in shown.attachments(row.attachments or ()) if each.kind == "image"]
    name = _("Picture %(number)s")
    return tuple(
        replace(each, name=name % {"number": number}, below=link)
        for number, each in enumerate(came, 1)
    )


def _sources(row: Any) -> Iterator[shown.Cited]:
    """With their words, but never a way into somebody's documents."""
    for source in sources_of(from_json(part) for part in row.parts):
        name = source.title or _("Source %(number)s") % {"number": source.position}
        open_to_all = source.passage_id is None and shown.is_web(source.url)
        address = source.url or "" if open_to_all else ""
        yield shown.Cited(source.position, name, "", source.content, address, bool(address))
