"""Chooses the sentences of a passage that fit a question, and sets them as a Markdown quote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import log1p
from typing import NamedTuple

from chatapp.events import Source

LENGTH = 4
"""How many sentences a quote holds at most."""

COST, OPENING, CODE = 0.4, 1.0, 1.0
"""What a sentence must be worth; the worth of opening a passage (half for the second sentence, a
third for the third, ...), and of showing code."""

SENTENCE_LIMIT = 1_000
"""Code points after which a sentence (or a table, or code) is cut."""

_LINE_END = re.compile(r"\r\n?|\n")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_HEADING = re.compile(r" {0,3}#{1,6}(?: |$)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)]) ")
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!\b[A-Z]\.)(?<!\b[A-Z][a-z]\.)\s+(?![a-z])|(?<=[。！？])"
)
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_COMMON = frozenset(
    _WORD.findall("""
    about again also and any are but can could does for from had has have how into its just may
    not our should that the their them then there these they this was what when where which who
    why will with would you your
    """)
)


class Quote(NamedTuple):
    """Neighbouring sentences of a passage, and how well they fit the question."""

    source: Source
    text: str
    worth: float

    def __str__(self) -> str:
        """The Markdown block quote, with the number of its source at the end."""
        gap = "\n\n" if self.text.endswith(("```", "~~~", "|")) else " "
        lines = _LINE_END.split(f"{self.text}{gap}[{self.source.position}]")
        return "\n".join(f"> {line}".rstrip() for line in lines)


class Piece(NamedTuple):
    """A sentence (or list item, table, code with its lead-in), and what stands before it."""

    gap: str
    text: str


def quotes(question: str, passages: Sequence[Source]) -> list[Quote]:
    """The fitting sentences of every passage that has any words, in the order of the passages."""
    split = [(passage, list(pieces(passage.content))) for passage in passages]
    rarities = _rarities([piece for _, found in split for piece in found])
    wanted = {mark: rarities[mark] for mark in marks(question) if mark in rarities}
    return [_quote(passage, found, wanted) for passage, found in split if found]


def _rarities(all_pieces: Sequence[Piece]) -> dict[str, float]:
    """How much a mark tells one piece from the others."""
    counts = Counter(mark for piece in all_pieces for mark in marks(piece.text))
    return {mark: log1p(len(all_pieces) / count) for mark, count in counts.items()}


def _quote(passage: Source, found: Sequence[Piece], wanted: Mapping[str, float]) -> Quote:
    """The run of pieces whose worth, less the cost of each, is largest; the first such one."""
    worths = [
        _fit(piece, wanted) + OPENING / place - COST for place, piece in enumerate(found, start=1)
    ]
    runs = [
        (start, end)
        for start in range(len(found))
        for end in range(start + 1, min(start + LENGTH, len(found)) + 1)
    ]
    start, end = max(runs, key=lambda run: sum(worths[run[0] : run[1]]))
    text = "".join(piece.gap + _cut(piece.text) for piece in found[start:end])
    return Quote(passage, text.strip(), sum(worths[start:end]))


def _fit(piece: Piece, wanted: Mapping[str, float]) -> float:
    fit = sum(wanted[mark] for mark in marks(piece.text) if mark in wanted)
    return fit + (CODE if "```" in piece.text else 0.0)


def _cut(text: str) -> str:
    if len(text) <= SENTENCE_LIMIT:
        return text
    head = text[:SENTENCE_LIMIT].rstrip() + " …"
    return head + "\n```" if head.count("```") % 2 else head


def marks(text: str) -> set[str]:
    """What two texts on the same matter share, in any language.

    The beginnings of words, so that `stop` meets `stopping` and `delete` meets `deleted`, and
    pairs of characters where a script sets no spaces.
    """
    found: set[str] = set()
    for word in _WORD.findall(text.casefold().replace("y", "i")):  # copy, copies
        if _UNSPACED.search(word):
            found.update(first + second for first, second in pairwise(word))
        elif len(word) > 2 and word not in _COMMON:
            found.update((word[:4], word[:6]))
    return found


def pieces(content: str) -> Iterator[Piece]:
    """The sentences of a Markdown text, code kept with the words that lead to it."""
    last: Piece | None = None
    for block in _blocks(content):
        if last and _FENCE.match(block):
            last = Piece(last.gap, f"{last.text}\n\n{block}")
            continue
        gap = "\n" if last and _ITEM.match(block) and _ITEM.match(last.text) else "\n\n"
        for sentence in _sentences(block):
            if last:
                yield last
            last, gap = Piece(gap, sentence), " "
    if last:
        yield last


def _sentences(block: str) -> list[str]:
    if _FENCE.match(block) or block.startswith("|"):
        return [block]
    return [sentence.strip() for sentence in _SENTENCE_END.split(block) if sentence.strip()]


def _blocks(content: str) -> Iterator[str]:
    """Paragraphs, list items, tables and fenced code; blank lines and headings fall away."""
    block: list[str] = []
    fenced = False
    for line in _LINE_END.split(content):
        fence = bool(_FENCE.match(line))
        blank = not line.strip() or bool(_HEADING.match(line))  # its words are in the title
        if block and not fenced and (fence or blank or _ITEM.match(line)):
            yield "\n".join(block)
            block = []
        if fenced or not blank:
            block.append(line)
        if fence and fenced:
            yield "\n".join(block)
            block = []
        fenced ^= fence
    if block:
        yield "\n".join(block)
