"""The words that documents have, and those of them that an unknown one may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, text

from chatapp.knowledge.likeness import SHORTEST, likest, parts
from chatapp.knowledge.questions import Wanted

BEGINNING = 2
"""Letters that a word has in common with what it may be a slip for: few slip that early."""

FURTHER = 3
"""Letters by which it may be longer or shorter."""

MOST = 4
"""Words of a question that are looked up: more that nobody has written are another language."""

CERTAINTY = 0.8
"""How much a guess counts, at best."""

_BEGINNING = text("""
    SELECT term FROM passage_search_terms
    WHERE term >= :first AND term < :last AND length(term) BETWEEN :shortest AND :longest
""")
_AMONG = text("SELECT term FROM passage_search_terms WHERE term IN :terms").bindparams(
    bindparam("terms", expanding=True)
)
_LAST = chr(0x10FFFF)


def guesses(connection: Connection, unknown: Sequence[Wanted]) -> dict[Wanted, Wanted]:
    """For words that no document has, the words that they may mean, where there are any."""
    looked_up = [each for each in unknown if not each.optional][:MOST]
    return {each: guess for each in looked_up if (guess := _guess(connection, each))}


def _guess(connection: Connection, wanted: Wanted) -> Wanted | None:
    meant: dict[str, float] = {}
    for form in wanted.forms:
        if len(form) >= SHORTEST and form.isalpha():
            meant |= likest(form, _known(connection, form))
    if not meant:
        return None
    return replace(wanted, forms=tuple(meant), likeness=CERTAINTY * max(meant.values()))


def _known(connection: Connection, word: str) -> Sequence[str]:
    beginning = word[:BEGINNING]
    between = {
        "first": beginning,
        "last": beginning + _LAST,
        "shortest": len(word) - FURTHER,
        "longest": len(word) + FURTHER,
    }
    alike = connection.scalars(_BEGINNING, between).all()
    pieces = list(dict.fromkeys(parts(word)))
    return [*alike, *connection.scalars(_AMONG, {"terms": pieces})] if pieces else alike
