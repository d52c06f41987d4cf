"""How well passages answer a question: BM25F over title, heading and words, and what they cover.

https://en.wikipedia.org/wiki/Okapi_BM25
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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

ABOUT = 0.8
"""By how much a passage gains whose headings say nothing but what was asked."""

SHORT = 3
"""Words that a heading counts as at least: a single one that was asked for says little."""

FURTHER, FURTHER_WEIGHT = 3, 0.1
"""How many more passages of a document count, and how much, when documents are compared."""


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
    places = _places(terms)
    ranked = [_ranked(candidate, terms, places, total) for candidate in candidates]
    ranked.sort(key=lambda each: (-each.rank, each.candidate.passage_id))
    return ranked


def best_of_each(ranked: Iterable[Ranked]) -> list[Ranked]:
    """The best passage of each document; documents with further good ones stand before others."""
    passages: dict[str, list[Ranked]] = {}
    for each in ranked:
        passages.setdefault(each.candidate.document_id, []).append(each)
    return [best for best, *_ in sorted(passages.values(), key=_of_document, reverse=True)]


def _of_document(passages: Sequence[Ranked]) -> float:
    best, *further = passages
    return best.rank + FURTHER_WEIGHT * sum(each.rank for each in further[:FURTHER])


def _places(terms: Sequence[Term]) -> dict[str, list[int]]:
    """For each form, which of the terms may be written so."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, term in enumerate(terms):
        for form in term.forms:
            places[form].append(place)
    return dict(places)


def _ranked(
    candidate: Candidate, terms: Sequence[Term], places: Mapping[str, Sequence[int]], total: float
) -> Ranked:
    title, heading = set(candidate.title.split()), set(candidate.heading.split())
    content = candidate.content.split()
    mentions: dict[int, float] = defaultdict(float)
    for words, worth in ((content, 1.0), (title, TITLE), (heading, HEADING)):
        for word in words:
            for place in places.get(word, ()):
                mentions[place] += worth
    reach = SATURATION * (1 - LENGTH + LENGTH * len(content) / MEAN_LENGTH)
    score = covered = 0.0
    for place in sorted(mentions):
        weight = terms[place].weight * terms[place].likeness
        covered += weight
        score += weight * mentions[place] / (mentions[place] + reach)
    about = len(heading & places.keys()) / max(len(heading), SHORT)
    return Ranked(score * (1 + ABOUT * about), covered / total, candidate)
