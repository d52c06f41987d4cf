"""How well passages answer a question: BM25F over title, heading and words, and what they cover.

https://en.wikipedia.org/wiki/Okapi_BM25
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

from chatapp.knowledge.fulltext.base import Candidate, Term

SATURATION = 1.2
"""BM25's k1: how soon a further mention of a word stops counting."""

LENGTH = 0.4
"""BM25's b: how far a long passage is held against its words."""

MEAN_LENGTH = 120
"""Terms of a passage, more or less: they are cut to a size."""

TITLE, HEADING = 2.0, 2.0
"""How many mentions it is worth that a word stands in the title, or in the headings above."""


class Ranked(NamedTuple):
    """A candidate with its rank, which only orders, and its score from 0 to 1."""

    rank: float
    score: float
    candidate: Candidate


def rarity(count: int, total: int) -> float:
    """The inverse document frequency of what `count` of `total` passages have."""
    return log(1 + (max(total - count, 0) + 0.5) / (count + 0.5))


def rank(candidates: Iterable[Candidate], terms: Sequence[Term]) -> list[Ranked]:
    """The candidates, best first.

    The score is the share of the question's weight that the passage covers, comparable between
    questions: what nobody has written about weighs most, and is not covered. Of a question that
    has nothing but faint words it is as faint.
    """
    total = sum(term.weight for term in terms) / max(term.share for term in terms)
    ranked = [_ranked(candidate, terms, total) for candidate in candidates]
    ranked.sort(key=lambda each: (-each.rank, each.candidate.passage_id))
    return ranked


def _ranked(candidate: Candidate, terms: Sequence[Term], total: float) -> Ranked:
    title, heading = candidate.title.split(), candidate.heading.split()
    content = candidate.content.split()
    reach = SATURATION * (1 - LENGTH + LENGTH * len(content) / MEAN_LENGTH)
    score = covered = 0.0
    for term in terms:
        mentions = sum(
            content.count(form) + TITLE * (form in title) + HEADING * (form in heading)
            for form in term.forms
        )
        if mentions:
            covered += term.weight
            score += term.weight * mentions / (mentions + reach)
    return Ranked(score, covered / total, candidate)
