"""Texts as terms: what both databases index, and what questions are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from chatapp.knowledge.languages import STEMMERS, language_of
from chatapp.knowledge.letters import INDIC, SPACELESS, fold, plain

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["analyse", "forms", "language_of", "stem"]

LONGEST = 64
"""Characters of a term; the rest of a longer word is not looked at."""

_SURE_STEMS = "en"
"""Whose endings a text loses that is in no sure language: they do little harm to others."""

_WORDS = re.compile(
    f"(?P<run>[{SPACELESS}]+)|(?P<indic>[{INDIC}]+)"
    f"|[^\\W{SPACELESS}{INDIC}]+(?:(?:[-.‐]|(?<=\\d),(?=\\d))[^\\W{SPACELESS}{INDIC}]+)*"
)
_TARGET = re.compile(r"\]\([^()\s]{1,500}\)")
_PARTS = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def analyse(text: str, language: str) -> list[str]:
    """The terms of a text, in its order: letters and digits only, none longer than `LONGEST`.

    A word that is made of several, as `CHATAPP_MODEL`, `e-mail`, `3.11` or `maxTokens`, is found
    whole and by each of them. `language` is what `language_of` says, or empty.
    """
    return [stem(form, language) for word in forms(text) for form in word]


def forms(text: str) -> Iterator[tuple[str, ...]]:
    """Each word of a text, folded: whole, and then its parts if it has more than one.

    Where words are not set apart by spaces, each pair of neighbours is one. The address that a
    link of Markdown leads to is left out.
    """
    for word in _WORDS.finditer(plain(_TARGET.sub("]", text))):
        if word["run"]:
            yield from _pairs(word["run"])
        elif word["indic"]:
            yield (word["indic"][:LONGEST],)
        elif word.end() - word.start() <= LONGEST:
            yield _forms(word[0])
        else:
            yield from ((part[:LONGEST],) for part in _parts(word[0]))


def stem(word: str, language: str) -> str:
    """A folded word without its ending; as it is where the language has none, or digits."""
    return _stem(word, language if language in STEMMERS else _SURE_STEMS)


def _pairs(run: str) -> Iterator[tuple[str, ...]]:
    if len(run) == 1:
        yield (run,)
    yield from ((first + second,) for first, second in pairwise(run))


@lru_cache(maxsize=1 << 15)
def _forms(word: str) -> tuple[str, ...]:
    parts = _parts(word)
    if len(parts) == 1:
        return (parts[0],)
    whole = "".join(parts)[:LONGEST]
    return (whole, *(part for part in parts if len(part) > 1 or part.isdigit())) if whole else ()


def _parts(word: str) -> list[str]:
    parts = (part for run in _PARTS.findall(word) for part in _HUMP.split(run))
    return [fold(part) for part in parts]


@lru_cache(maxsize=1 << 16)
def _stem(word: str, language: str) -> str:
    if len(word) < 3 or _DIGIT.search(word):
        return word
    return fold(_stemmer(language)(word)) or word


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    """Imported at first use: a worker that searches for nothing needs none."""
    import snowballstemmer

    made: Any = snowballstemmer.stemmer(STEMMERS[language])
    return cast("Callable[[str], str]", made.stemWord)
