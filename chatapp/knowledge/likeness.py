"""Words that are like a word: what slipped keys may have meant, and what a compound is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile

LIKE = 0.65
"""How like two words are at least of which one may be a slip for the other."""

NEARLY = 0.9
"""The share of the best likeness that others need to count as well."""

SHORTEST = 5
"""Letters of a word that may be another one: shorter ones are like too many."""

SHORTEST_PART = 6
"""Letters of a word that a compound may be made of."""


def likest(word: str, known: Iterable[str]) -> dict[str, float]:
    """Of some words that exist, those that are likest to `word`, from 0 to 1; maybe none.

    It is the share of three letters in a row that both have (Dice's coefficient), of the letters
    of a compound that its part has, or of those that are right where a single key slipped.
    """
    grams = _grams(word)
    likeness = {other: _likeness(word, grams, other) for other in known}
    best = max(likeness.values(), default=0.0)
    enough = max(LIKE, NEARLY * best)
    return {other: like for other, like in likeness.items() if like >= enough}


def parts(word: str) -> Iterator[str]:
    """How a word begins, and how it ends, in as many letters as a part may have."""
    for length in range(SHORTEST_PART, len(word)):
        yield word[:length]
        yield word[-length:]


def _likeness(word: str, grams: frozenset[str], other: str) -> float:
    if len(other) >= SHORTEST_PART and (word.startswith(other) or word.endswith(other)):
        return max(LIKE, len(other) / len(word))
    if abs(len(word) - len(other)) <= 1 and _is_slip(word, other):
        return 1 - 1 / len(word)
    others = _grams(other)
    return 2 * len(grams & others) / (len(grams) + len(others))


def _is_slip(word: str, other: str) -> bool:
    """Whether one letter is missing, doubled or wrong, or two have changed places."""
    begin = _shared(word, other)
    word, other = word[begin:], other[begin:]
    end = _shared(reversed(word), reversed(other))
    word, other = word[: len(word) - end], other[: len(other) - end]
    return max(len(word), len(other)) <= 1 or (len(word) == 2 and word == other[::-1])


def _shared(first: Iterable[str], second: Iterable[str]) -> int:
    """How many letters two words begin with in common."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    )


@lru_cache(maxsize=1 << 13)
def _grams(word: str) -> frozenset[str]:
    edged = f" {word} "
    return frozenset(edged[at : at + 3] for at in range(len(edged) - 2))
