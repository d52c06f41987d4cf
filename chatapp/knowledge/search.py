"""The search for passages that answer a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from chatapp.knowledge import vocabulary
from chatapp.knowledge.counts import Counts
from chatapp.knowledge.fulltext.base import FullText, Scope, Term
from chatapp.knowledge.fulltext.postgresql import PostgreSQL
from chatapp.knowledge.fulltext.sqlite import SQLite
from chatapp.knowledge.meaning import Meaning, fuse
from chatapp.knowledge.questions import Wanted, words_of
from chatapp.knowledge.ranking import Ranked, best_of_each, rank, rarity
from chatapp.knowledge.vectors import Embed
from chatapp.models import Database, Document, IndexedLanguage, Passage

__all__ = ["Hit", "Scope", "Search"]

CANDIDATES = 150
"""How many passages are ranked in the end, of those that the database finds best."""

ENOUGH = 1_000
"""Passages with a question's rarest words: then its commoner ones need not be looked for."""

_LANGUAGES = select(IndexedLanguage.language)
_SHOWN = (
    select(
        Passage.id,
        Passage.document_id,
        Passage.position,
        Document.name,
        Document.title,
        Passage.heading,
        Passage.content,
    )
    .join(Document, Document.id == Passage.document_id)
    .order_by(Passage.id)
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that answers a question; `score`, from 0 to 1, says how much of it.

    `rank` compares it to the others that were found for the same question.
    """

    passage_id: int
    document_id: str
    document_name: str
    title: str
    heading: str
    content: str
    score: float
    rank: float


class Search:
    """Finds passages in what was indexed, in the way of the database.

    With `embed` also by what words mean; `fill` makes the vectors that this needs.
    """

    def __init__(self, database: Database, embed: Embed | None = None) -> None:
        self._database = database
        self._full_text: FullText = SQLite() if database.is_sqlite else PostgreSQL()
        self._counts = Counts(self._full_text)
        self._meaning = Meaning(database, embed) if embed else None

    def find(self, question: str, scope: Scope, limit: int) -> list[Hit]:
        """The best passage of each document, best first."""
        by_words, *by_meaning = self._lists(question, scope)
        lists = [best_of_each(by_words), *by_meaning]
        return self._shown(fuse(lists, lambda each: each.document_id)[:limit])

    def passages(self, question: str, scope: Scope, limit: int) -> list[Hit]:
        """The best passages, best first; some may be of one document."""
        lists = self._lists(question, scope)
        return self._shown(fuse(lists, lambda each: each.passage_id)[:limit])

    def openings(self, scope: Scope, limit: int) -> list[Hit]:
        """The first passages of the documents that a scope names, of each about as many."""
        ids = scope.document_ids or ()
        each = -(-limit // max(len(ids), 1))
        wanted = _SHOWN.where(_is_in(scope), Passage.position < each)
        order = (Passage.position, Passage.document_id)
        wanted = wanted.order_by(None).order_by(*order).limit(limit)
        rows = self._database.read(lambda connection: connection.execute(wanted).all())
        rows = sorted(rows, key=lambda row: (ids.index(row.document_id), row.position))
        return [_opening(row) for row in rows]

    def waits_for(self, scope: Scope) -> bool:
        """Whether some of the documents that a scope names are still to be read."""
        unread = Document.state.in_(("queued", "indexing"))
        wanted = select(Document.id).where(_is_in(scope), unread).limit(1)
        return self._database.read(lambda connection: connection.scalar(wanted)) is not None

    def fill(self) -> bool:
        """Makes vectors for some passages that lack them; whether more can be made now."""
        return self._meaning is not None and self._meaning.fill()

    def _lists(self, question: str, scope: Scope) -> list[list[Ranked]]:
        by_words = self._database.read(lambda connection: self._rank(connection, question, scope))
        if not self._meaning:
            return [by_words]
        return [by_words, self._meaning.find(question, scope)]

    def _rank(self, connection: Connection, question: str, scope: Scope) -> list[Ranked]:
        terms, rarest = self._weigh(connection, question)
        if not rarest:
            return []
        return rank(self._full_text.find(connection, rarest, scope, CANDIDATES), terms)

    def _shown(self, chosen: Sequence[Ranked]) -> list[Hit]:
        return self._database.read(lambda connection: _shown(connection, chosen))

    def _weigh(self, connection: Connection, question: str) -> tuple[list[Term], list[Term]]:
        """The question's terms by how much they say, and the rarest of those that exist."""
        wanted = words_of(question, list(connection.scalars(_LANGUAGES)))
        if not wanted:
            return [], []
        total = self._counts.total(connection)
        weighed = [
            (count, _term(each, rarity(count, total)))
            for count, each in self._counted(connection, wanted)
            if count or not each.optional
        ]
        return [term for _, term in weighed], _rarest(weighed)

    def _counted(
        self, connection: Connection, wanted: Sequence[Wanted]
    ) -> Sequence[tuple[int, Wanted]]:
        """The words, each with the passages that have it; for one of none, what it may mean."""
        counts = self._counts.of(connection, [each.forms for each in wanted])
        unknown = [each for count, each in zip(counts, wanted, strict=True) if not count]
        guesses = vocabulary.guesses(connection, unknown)
        if guesses:
            wanted = [guesses.get(each, each) for each in wanted]
            counts = self._counts.of(connection, [each.forms for each in wanted])
        return list(zip(counts, wanted, strict=True))


def _term(wanted: Wanted, rarity: float) -> Term:
    return Term(wanted.forms, wanted.weight, wanted.weight * rarity, wanted.likeness)


def _rarest(weighed: Iterable[tuple[int, Term]]) -> list[Term]:
    """Those that say most, up to `ENOUGH` passages: looking for common words takes long, and
    where there are rarer ones it finds nothing better."""
    chosen: list[Term] = []
    seen = 0
    for count, term in sorted(weighed, key=lambda each: -each[1].weight):
        if count and (not chosen or seen + count <= ENOUGH):
            chosen.append(term)
            seen += count
    return chosen


def _shown(connection: Connection, chosen: Sequence[Ranked]) -> list[Hit]:
    ids = [each.candidate.passage_id for each in chosen]
    rows: dict[int, Any] = {
        row.id: row for row in connection.execute(_SHOWN.where(Passage.id.in_(ids)))
    }
    return [
        _hit(rows[each.candidate.passage_id], each)
        for each in chosen
        if each.candidate.passage_id in rows  # it may have been deleted in between
    ]


def _is_in(scope: Scope) -> ColumnElement[bool]:
    """Whether a document is one that the scope names, and the person may read."""
    shared = and_(Document.shared, Document.user_id.is_not(None))
    readable = or_(Document.user_id == scope.user_id, shared)
    return and_(Document.id.in_(scope.document_ids or ()), readable)


def _opening(row: Any) -> Hit:
    """A passage that is told for its place, not for what it answers."""
    return Hit(
        row.id, row.document_id, row.name, row.title, row.heading, row.content, score=0.0, rank=0.0
    )


def _hit(row: Any, ranked: Ranked) -> Hit:
    return Hit(
        row.id,
        ranked.candidate.document_id,
        row.name,
        row.title,
        row.heading,
        row.content,
        ranked.score,
        ranked.rank,
    )
