"""Many documents, made of the sentences of a few: as real words stand, with names between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

SECTIONS = 20
"""Sections of a document, each about as long as a passage."""

RARE = 20_000
"""Invented words; each stands in few passages."""

_SENTENCE = re.compile(r"[A-Z][^\n|#`]{30,240}[.?!](?=\s)")
_SYLLABLES = tuple(first + second for first in "bdfgklmnprstvz" for second in "aeiou")


@cache
def invented_word(number: int) -> str:
    """The word with that number, always the same: five syllables in an order of no language."""
    return "".join(Random(number).choices(_SYLLABLES, k=5))


def sentences(folder: Path) -> list[str]:
    """The sentences of all Markdown files below a folder, in their order."""
    texts = (path.read_text("utf-8") for path in sorted(folder.rglob("*.md")))
    return [found[0] for text in texts for found in _SENTENCE.finditer(text)]


def documents(language: Path, count: int, seed: int) -> Iterator[str]:
    """So many Markdown texts of the sentences below a folder, the same for the same `seed`."""
    chance = Random(seed)
    known = sentences(language)
    for number in range(count):
        sections = (_section(chance, known, place) for place in range(SECTIONS))
        yield f"# {invented_word(number)} {seed}\n\n" + "\n\n".join(sections) + "\n"


def _section(chance: Random, known: list[str], place: int) -> str:
    said = (
        f"{sentence} {invented_word(chance.randrange(RARE))}."
        for sentence in chance.sample(known, 7)
    )
    return f"## {place + 1}. {invented_word(chance.randrange(RARE))}\n\n" + " ".join(said)
