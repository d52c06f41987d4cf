"""The search by what words mean, beside the one by the words themselves."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from time import monotonic

from chatapp.errors import ProviderError
from chatapp.knowledge import vectors
from chatapp.knowledge.fulltext.base import Candidate, Scope
from chatapp.knowledge.ranking import Ranked
from chatapp.knowledge.vectors import Embed
from chatapp.models import Database

log = logging.getLogger(__name__)

REST = 30.0
"""Seconds in which a server that failed is not asked for vectors."""

LONGEST = 8_000
"""Characters of a question that a vector is made of."""

EVEN = 60
"""How little the first places of a list stand out when lists are fused."""


class Meaning:
    """Asks for vectors, and does without them while their server is away.

    The first failure goes to the log, and that it is over.
    """

    def __init__(self, database: Database, embed: Embed) -> None:
        self._database = database
        self._embed = embed
        self._rests_until = 0.0
        self._failed = False

    def find(self, question: str, scope: Scope) -> list[Ranked]:
        """The passages that mean most nearly what a question does; none while there is no way
        to know."""
        question = question.strip()[:LONGEST]
        if not question or monotonic() < self._rests_until:
            return []
        try:
            vector = self._embed([question])[0]
        except ProviderError as error:
            self._rest(error)
            return []
        self._recover()
        near = vectors.nearest(self._database, self._embed.model, vector, scope)
        return [
            Ranked(each.nearness, each.nearness, Candidate(*each[:2], "", "", "")) for each in near
        ]

    def fill(self) -> bool:
        """Makes vectors for some passages that lack them; whether more can be made now."""
        if monotonic() < self._rests_until:
            return False
        try:
            more = vectors.fill(self._database, self._embed)
        except ProviderError as error:
            self._rest(error)
            return False
        if more:
            self._recover()
        return more

    def _rest(self, error: ProviderError) -> None:
        self._rests_until = monotonic() + REST
        if not self._failed:
            log.warning("documents are searched by their words alone: %s", error)
        self._failed = True

    def _recover(self) -> None:
        if self._failed:
            log.warning("documents are searched by what they mean again")
        self._failed = False


def fuse(lists: Sequence[Sequence[Ranked]], key: Callable[[Candidate], Hashable]) -> list[Ranked]:
    """Lists of different ranks as one: what stands far ahead in one, or well in all, comes first.

    `key` says what is the same; of each list the first of these counts, and the best score.
    Reciprocal rank fusion:
    https://dl.acm.org/doi/10.1145/1571941.1572114
    """
    if len(lists) == 1:
        return list(lists[0])
    ranks: dict[Hashable, float] = defaultdict(float)
    best: dict[Hashable, Ranked] = {}
    for ranked in lists:
        firsts: dict[Hashable, Ranked] = {}
        for each in ranked:
            firsts.setdefault(key(each.candidate), each)
        for place, (same, each) in enumerate(firsts.items(), 1):
            ranks[same] += 1 / (EVEN + place)
            known = best.setdefault(same, each)
            best[same] = known._replace(score=max(known.score, each.score))
    fused = [each._replace(rank=ranks[same]) for same, each in best.items()]
    return sorted(fused, key=lambda each: -each.rank)
