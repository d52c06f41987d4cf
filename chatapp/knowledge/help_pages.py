"""The project's own help pages, searchable by question."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path

from chatapp.events import Source

SATURATION = 1.2
"""BM25's k1: how soon a further mention of a word stops counting."""

LENGTH = 0.5
"""BM25's b: how far a long passage is held against its words."""

PAGE_WEIGHT, OPENING_WEIGHT, HEADING_WEIGHT = 2.0, 3.0, 3.0
"""How often a word counts in the page's title (more for its first passage), or in the heading."""

COVERAGE = 0.48
"""The share of the question's weight that a passage must answer; below it is small talk."""

RIVAL = 0.6
"""The share of the best passage's score that a further one needs."""

_WORD = re.compile(r"[^\W_]+")
_SUFFIX = re.compile(
    r"(?<=\w{3})(?:at(?:ions?|e[sd]?|ing|ors?)|ions?|ings?|ly|e[sd]?|(?<![ius])s)$"
)
_FENCE_OR_HEADING = re.compile(
    r"^```.*?^```|^(?P<level>#{1,2}) +(?P<words>[^\n]+)", re.MULTILINE | re.DOTALL
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DOUBLED = re.compile(r"([bdglmnprt])\1$")
_STOP_WORDS = frozenset(
    _WORD.findall("""
    a about after again all also am an and any are as at be been before being but by can
    cannot could did do does doing don done else ever for from get gets getting give go goes
    good got had has have he hello her here hey hi him his how i if in into is isn it its just
    know let like live ll make makes many may me mean means might more most much must my need
    needs no not now of off old on one only or other our out over please possible re really s
    said say says setup shall she should so some someone something still support supports t
    tell than thank thanks that the their them then there these they thing things this those
    time times to too two until up us usage use used uses using ve very want wants was way we
    well were what when where which while who whom whose why will with without work works
    would yes you your yours
    """)
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A section of a page; `weights` says how much each of its terms counts."""

    document: str
    title: str
    content: str
    weights: Mapping[str, float]

    @property
    def id(self) -> str:
        """The id of the page, the same for all its passages."""
        return "help/" + self.document.removesuffix(".md")

    @property
    def length(self) -> float:
        """The weight of all terms."""
        return sum(self.weights.values())


def terms(text: str) -> list[str]:
    """The words of a text that carry meaning, lower-case and without their endings."""
    words = _WORD.findall(text.casefold())
    return [_stem(word) for word in words if len(word) > 1 and word not in _STOP_WORDS]


def _stem(word: str) -> str:
    stem = _DOUBLED.sub(r"\1", _SUFFIX.sub("", word, count=1))
    return stem[:-1] + "i" if stem.endswith("y") else stem


class HelpPages:
    """The Markdown pages of a folder, read once, at the first search.

    Ranks by BM25F: https://en.wikipedia.org/wiki/Okapi_BM25
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def search(self, question: str, limit: int = 3) -> tuple[Source, ...]:
        """The passages that answer a question, best first, at most `limit`.

        Empty where none covers enough of it, as with small talk. The `id` of a source is that of
        its page, so two passages of one page share it.
        """
        weights = {term: self._rarity(term) for term in dict.fromkeys(terms(question))}
        enough = COVERAGE * sum(weights.values())
        scored = [
            (_score(passage, weights, self._mean_length), passage)
            for passage in self._passages
            if sum(weights[term] for term in weights if term in passage.weights) > enough
        ]
        scored.sort(key=lambda pair: pair[0], reverse=True)
        rivals = (passage for score, passage in scored if score >= RIVAL * scored[0][0])
        return tuple(
            Source(passage.id, passage.title, passage.content, None, passage.document, position)
            for position, passage in zip(range(1, limit + 1), rivals, strict=False)
        )

    @cached_property
    def _passages(self) -> tuple[Passage, ...]:
        pages = sorted(self._folder.glob("*.md"))
        return tuple(
            passage for page in pages for passage in split(page.name, page.read_text("utf-8"))
        )

    @cached_property
    def _mean_length(self) -> float:
        return sum(passage.length for passage in self._passages) / len(self._passages)

    @cached_property
    def _frequencies(self) -> Counter[str]:
        return Counter(term for passage in self._passages for term in passage.weights)

    def _rarity(self, term: str) -> float:
        """The inverse document frequency, largest for a term that no passage has."""
        frequency = self._frequencies[term]
        return log(1 + (len(self._passages) - frequency + 0.5) / (frequency + 0.5))


def split(document: str, text: str) -> Iterator[Passage]:
    """The sections of a Markdown page, each under `page title › heading`.

    Words between the page's title and its first `##` are a passage of their own.
    """
    headings = [mark for mark in _FENCE_OR_HEADING.finditer(text) if mark["level"]]
    ends = [mark.start() for mark in headings[1:]] + [len(text)]
    page, page_weight = "", OPENING_WEIGHT
    for mark, end in zip(headings, ends, strict=True):
        heading, content = mark["words"].strip(), text[mark.end() : end].strip()
        if mark["level"] == "#":
            page, heading = heading, ""
        if content:
            title = f"{page} › {heading}" if heading else page
            fields = ((page, page_weight), (heading, HEADING_WEIGHT), (content, 1.0))
            yield Passage(document, title, _COMMENT.sub("", content).strip(), weigh(fields))
            page_weight = PAGE_WEIGHT


def weigh(fields: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The terms of weighted texts, with the sum of their weights."""
    weights: dict[str, float] = defaultdict(float)
    for text, weight in fields:
        for term in terms(text):
            weights[term] += weight
    return dict(weights)


def _score(passage: Passage, rarities: dict[str, float], mean_length: float) -> float:
    reach = SATURATION * (1 - LENGTH + LENGTH * passage.length / mean_length)
    return sum(
        rarity * passage.weights[term] / (passage.weights[term] + reach)
        for term, rarity in rarities.items()
        if term in passage.weights
    )
