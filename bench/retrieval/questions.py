"""Questions, and the documents that answer them."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody asks, and the names of the documents of which one is to be found.

    Nothing answers it where none is `expected`. `kind` says how it is asked, for those who read.
    """

    language: str
    question: str
    expected: tuple[str, ...] = ()
    kind: str = "question"


class Found(msgspec.Struct, frozen=True):
    """A document that a search found, and how well it answers, from 0 to 1."""

    name: str
    score: float


class Asked(msgspec.Struct, frozen=True):
    """A question and what was found, the best first."""

    question: Question
    found: tuple[Found, ...]

    @property
    def rank(self) -> int | None:
        """The place of the first document that is expected, counted from 1."""
        places = (
            place
            for place, found in enumerate(self.found, start=1)
            if found.name in self.question.expected
        )
        return next(places, None)

    @property
    def score(self) -> float:
        """How well the best of them answers."""
        return max((found.score for found in self.found), default=0.0)


def load(path: Path, documents: Path) -> list[Question]:
    """The questions of a JSON file. Raises `ValueError` for one whose document does not exist."""
    questions = msgspec.json.decode(path.read_bytes(), type=list[Question])
    for question in questions:
        for name in question.expected:
            if not (documents / name).is_file():
                raise ValueError(
                    f"{path}: {question.question!r} expects {name}, which is not there"
                )
    return questions
