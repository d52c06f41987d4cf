"""Finding what an answer may rest on: passages of documents that fit the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from chatapp.events import ProviderEvent, Source, Sources
from chatapp.knowledge.search import Hit, Scope, Search
from chatapp.prompt import Prompt
from chatapp.providers.base import Call

THRESHOLD = 0.42
"""The score from which a passage answers a question; below it is small talk, or something else."""

LIBRARY_THRESHOLD = 0.45
"""The same for the library about chatapp, which knows many common words and few matters."""

RIVAL = 0.6
"""The share of the best passage's rank that a further one needs."""

PASSAGES = 5
"""How many passages an answer rests on at most."""

OPENINGS = 10
"""How many where nothing in the files that came with a question says what it asks for."""

LONGEST = 12_000
"""Code points of all of them together; the first one is told however long it is."""

LOOKED_AT = 20
"""Passages that a question of few words is looked for in once more, with what was asked before."""

RECALLED = 2
"""Earlier questions that give a question its context."""

PAUSE = 0.2
LONGEST_WAIT = 60.0
"""Seconds, between two looks at what is still being read, and of all of them."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where passages are looked for: in one scope after the other, until some are found.

    What is `attached` to the question comes first, and is told where nothing in it answers.
    """

    search: Search
    scopes: tuple[Scope, ...] = ()
    attached: Scope | None = None

    def wait(self, call: Call) -> None:
        """Waits until what is attached has been read, for a while, or till the call ends."""
        looks = round(LONGEST_WAIT / PAUSE) if self.attached else 0
        for _ in range(looks):
            if not self.attached or not self.search.waits_for(self.attached):
                return
            call.heard_comment()
            if not call.wait(PAUSE):
                return

    def find(self, prompt: Prompt) -> tuple[Source, ...]:
        """The passages that answer the question, best first, numbered from 1."""
        asked = prompt.asked
        if self.attached and (told := _attached(self.search, self.attached, asked)):
            return _numbered(told)
        for scope in self.scopes:
            if found := _in_scope(self.search, scope, asked):
                return _numbered(found)
        return ()


def scopes(
    person_id: str | None, document_ids: tuple[str, ...] | None, *, samples: bool
) -> tuple[Scope, ...]:
    """Where to look on behalf of a person: among the documents that were chosen, or in all.

    The library about chatapp itself comes last, and, unless it was chosen, only for a model that
    knows nothing else.
    """
    if document_ids is not None:
        return (Scope(person_id, document_ids, samples=True),)
    own = (Scope(person_id),) if person_id else ()
    return (*own, Scope(None, samples=True)) if samples else own


def _in_scope(search: Search, scope: Scope, asked: Sequence[str]) -> list[Hit]:
    """Looks for the last question alone, and with those before it where it says too little.

    What is found with them must have something of the question itself: otherwise it would only be
    what was found before.
    """
    enough = THRESHOLD if scope.user_id else LIBRARY_THRESHOLD
    hits = search.passages(asked[-1], scope, LOOKED_AT)
    own = {hit.passage_id for hit in hits}
    found = _best(hits, enough)
    for count in range(1, RECALLED + 1):
        if found or not hits or count >= len(asked):
            break
        together = search.passages(" ".join(asked[-1 - count :]), scope, LOOKED_AT)
        found = _best([hit for hit in together if hit.passage_id in own], enough)
    return found


def _attached(search: Search, scope: Scope, asked: Sequence[str]) -> list[Hit]:
    """What answers the question in the files that came with it, or else how these begin: whoever
    asks for a summary names no word of what it is of."""
    return _in_scope(search, scope, asked[-1:]) or _short(search.openings(scope, OPENINGS))


def _best(hits: Sequence[Hit], enough: float) -> list[Hit]:
    """Those that answer the question, about as well as the best one does."""
    answering = [hit for hit in hits if hit.score >= enough]
    return _short([hit for hit in answering if hit.rank >= RIVAL * answering[0].rank][:PASSAGES])


def _short(hits: list[Hit]) -> list[Hit]:
    """As many of them as a model is told."""
    ends = accumulate(len(hit.content) for hit in hits)
    return [hit for hit, end in zip(hits, ends, strict=True) if end <= LONGEST] or hits[:1]


def _numbered(hits: Sequence[Hit]) -> tuple[Source, ...]:
    return tuple(_source(hit, number) for number, hit in enumerate(hits, 1))


def _source(hit: Hit, number: int) -> Source:
    return Source(
        id=hit.document_id,
        title=_title(hit),
        content=hit.content,
        document_name=hit.document_name,
        position=number,
        passage_id=hit.passage_id,
        score=round(hit.score, 3),
    )


def _title(hit: Hit) -> str:
    """The document, and where in it; the first heading of most is the title of all."""
    if not hit.heading:
        return hit.title
    known = hit.heading == hit.title or hit.heading.startswith(f"{hit.title} › ")
    return hit.heading if known else f"{hit.title} › {hit.heading}"


def renumbered(events: Iterator[ProviderEvent], count: int) -> Iterator[ProviderEvent]:
    """What a model says, with the sources that it names itself behind the first `count`."""
    for event in events:
        if isinstance(event, Sources):
            yield Sources(
                tuple(replace(each, position=each.position + count) for each in event.sources)
            )
        else:
            yield event
