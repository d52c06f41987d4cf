"""The list of conversations beside a chat, as the address of a page asks for it."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

from flask import g, request

from chatapp.chat import deleting, finding, listing
from chatapp.extensions import db
from chatapp.models import Conversation, now
from chatapp.models.paging import Page
from chatapp.views import days, guard, language, services, shown
from chatapp.views.language import gettext as _

PIECE = 50
LONGEST = 500
"""Conversations that a script may have anew at once, where it shows so many already."""

_NUMBER = re.compile(r"[0-9]{1,9}")


def page(current: str | None) -> shown.ConversationList:
    """The list, or what is found in it, with the conversation `current` marked.

    Those pinned come before all others, where nothing is sought.
    """
    query = request.args.get("q", "").strip()
    archived = "archived" in request.args
    if g.identity is None:
        return shown.ConversationList(query=query)
    after = request.args.get("after", "")
    apart = not (query or archived)
    found = _find(query, after, archived or None, pinned=False if apart else None)
    pinned = _find("", "", False, pinned=True).items if apart and not after else ()
    answering = listing.answering(db.session(), [each.id for each in (*pinned, *found.items)])
    there = now().astimezone(language.zone())
    contexts = _contexts(found, query)
    parts = [(_("Pinned"), pinned)] if pinned else []

    def make(each: Conversation) -> shown.Item:
        item = shown.item(each, current, answering)
        return replace(item, query=query, context=contexts.get(each.id, ""))

    asked = {"q": query, "archived": "1" if archived else ""}
    return shown.ConversationList(
        days=[
            shown.Day(name, [make(each) for each in those])
            for name, those in (*parts, *days.divide(found.items, there, _))
        ],
        query=query,
        address=with_query("/list", asked | {"after": after}),
        older=with_query("/", asked | {"after": found.next}) if found.next else None,
        archived=archived,
    )


def deleted() -> shown.Deleted | None:
    """The conversation that was just deleted, where it can be brought back."""
    id = request.args.get("deleted", "")
    if not id or g.identity is None:
        return None
    title = deleting.put_away_title(services(), guard.person(), id)
    return None if title is None else shown.Deleted(id, title or _(shown.UNNAMED))


def with_query(path: str, asked: dict[str, str]) -> str:
    """The address, with what is not empty of its query."""
    said = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def _contexts(found: Page[Conversation], query: str) -> dict[str, str]:
    if not query:
        return {}
    return finding.contexts(db.session(), [each.id for each in found.items], query)


def _find(query: str, after: str, archived: bool | None, pinned: bool | None) -> Page[Conversation]:
    wanted = listing.Wanted(query, after, _limit(), archived, pinned)
    return listing.conversations(db.session(), guard.person(), wanted)


def _limit() -> int:
    """As many as are shown already, within bounds."""
    asked = request.args.get("shown", "")
    return min(max(int(asked) if _NUMBER.fullmatch(asked) else 0, PIECE), LONGEST)
