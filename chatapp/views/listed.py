"""The list of conversations beside a chat, as the address of a page asks for it."""

from __future__ import annotations

import re
from collections.abc import Container
from urllib.parse import urlencode

from flask import g, request

from chatapp.chat import history
from chatapp.extensions import db
from chatapp.models import Conversation, now
from chatapp.views import days, guard, shown

CLOCK = "clock"
"""The cookie in which a script says how many minutes east of UTC the reader is."""

PIECE = 50
LONGEST = 500
"""Conversations that a script may have anew at once, where it shows so many already."""

_NUMBER = re.compile(r"[0-9]{1,9}")


def page(current: str | None) -> shown.ConversationList:
    """The list, or what is found in it, with the conversation `current` marked."""
    query = request.args.get("q", "").strip()
    if g.identity is None:
        return shown.ConversationList(query=query)
    after = request.args.get("after", "")
    found = history.conversations(
        db.session(), guard.person(), query=query, after=after, limit=_limit()
    )
    answering = history.answering(db.session(), [each.id for each in found.items])
    there = now().astimezone(days.zone(request.cookies.get(CLOCK, "")))
    return shown.ConversationList(
        days=[_day(*day, current, answering) for day in days.divide(found.items, there)],
        query=query,
        address=with_query("/list", {"q": query, "after": after}),
        older=with_query("/", {"q": query, "after": found.next}) if found.next else None,
    )


def with_query(path: str, asked: dict[str, str]) -> str:
    """The address, with what is not empty of its query."""
    said = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def _day(
    name: str, those: list[Conversation], current: str | None, answering: Container[str]
) -> shown.Day:
    return shown.Day(name, [shown.item(each, current, answering) for each in those])


def _limit() -> int:
    """As many as are shown already, within bounds."""
    asked = request.args.get("shown", "")
    return min(max(int(asked) if _NUMBER.fullmatch(asked) else 0, PIECE), LONGEST)
