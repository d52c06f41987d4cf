"""Documents to choose from: those that are chosen, and a piece of the others, searched by title."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from chatapp.knowledge import documents
from chatapp.knowledge.documents import Patron
from chatapp.views import services

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Option:
    """A document with a box to tick. Its `state` says whether it can be searched already."""

    id: str
    title: str
    name: str
    state: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown to choose from; `more` tells that the search finds more than that."""

    options: Sequence[Option]
    query: str
    more: bool


def offer(patron: Patron, chosen: Collection[str], query: str = "") -> Choice:
    """Chosen documents first, so that sending the form loses none; then those found."""
    database = services().database
    page = documents.listed(database, patron, query=query, limit=AT_ONCE)
    kept = database.read(lambda c: documents.readable(c, patron, chosen)) if chosen else ()
    kept_ids = {each.id for each in kept}
    found = [each for each in page.items if each.id not in kept_ids]
    options = [*(_option(each, True) for each in kept), *(_option(each, False) for each in found)]
    return Choice(options, query, page.next is not None)


def _option(document: Any, chosen: bool) -> Option:
    return Option(document.id, document.title, document.name, document.state, chosen)
