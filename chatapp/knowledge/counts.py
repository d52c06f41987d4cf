"""How many passages have a word: counted now and then, as it tells only how rare the word is."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TypeAlias

from sqlalchemy import Connection, func, select

from chatapp.knowledge.fulltext.base import FullText
from chatapp.models import Passage

KEPT = 60.0
"""Seconds for which a count serves; in PostgreSQL counting takes a third of a search."""

_TOTAL = select(func.count()).select_from(Passage)

Forms: TypeAlias = tuple[str, ...]


class Counts:
    """What was counted lately. A word that no passage has is counted anew each time: the next
    document may have it."""

    def __init__(self, full_text: FullText) -> None:
        self._full_text = full_text
        self._since = -KEPT
        self._total = 0
        self._known: dict[Forms, int] = {}

    def total(self, connection: Connection) -> int:
        """How many passages there are."""
        self._forget_old()
        if not self._total:
            self._total = connection.scalar(_TOTAL) or 0
        return self._total

    def of(self, connection: Connection, words: Sequence[Forms]) -> list[int]:
        """How many passages have any form of each of the words, whoever may read them."""
        self._forget_old()
        new = [forms for forms in dict.fromkeys(words) if forms not in self._known]
        counted = self._full_text.count(connection, new) if new else []
        fresh = dict(zip(new, counted, strict=True))
        self._known |= {forms: count for forms, count in fresh.items() if count}
        return [fresh.get(forms) or self._known.get(forms, 0) for forms in words]

    def _forget_old(self) -> None:
        if monotonic() - self._since > KEPT:
            self._known.clear()
            self._total = 0
            self._since = monotonic()
