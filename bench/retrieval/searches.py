"""How long a search takes, by what is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter

from bench.load import Times
from bench.retrieval import invented

REPEATS = 200
WARM_UP = 20


def questions(folder: Path) -> dict[str, list[str]]:
    """What is asked, by its kind: words of few passages, words of many, and whole paragraphs."""
    chance = Random(2)
    known = invented.sentences(folder)
    return {
        "rare words": [f"{_rare(chance)} {_rare(chance)}" for _ in range(REPEATS)],
        "common words": [_common(chance, known) for _ in range(REPEATS)],
        "a question": [chance.choice(known) for _ in range(REPEATS)],
        "a paragraph": [" ".join(chance.sample(known, 6)) for _ in range(REPEATS)],
    }


def times(ask: Callable[[str], object], asked: list[str]) -> Times:
    """The time that each question took, one after the other, in milliseconds."""
    for question in asked[:WARM_UP]:
        ask(question)
    seconds = []
    for question in asked:
        begun = perf_counter()
        ask(question)
        seconds.append(perf_counter() - begun)
    return Times.of(seconds)


def _rare(chance: Random) -> str:
    return invented.invented_word(chance.randrange(invented.RARE))


def _common(chance: Random, known: list[str]) -> str:
    words = [word for word in chance.choice(known).split() if len(word) > 4 and word.isalpha()]
    return " ".join(words[:3]) or "days"
