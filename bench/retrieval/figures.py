"""The arithmetic: what share of the questions found their documents, and how far up."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bench.retrieval.questions import Asked


class Figures(msgspec.Struct, frozen=True):
    """Shares, from 0 to 1; null where no question was of the kind.

    `recall_1` and `recall_5` are the questions whose document stood first, or among the first
    five; `mrr` is the mean of 1/place, 0 for what was not found. `sourced` are the answerable
    questions, `unsourced` the others, which the threshold treats as it should.
    """

    answerable: int
    recall_1: float | None
    recall_5: float | None
    mrr: float | None
    sourced: float | None
    unanswerable: int
    unsourced: float | None

    @classmethod
    def of(cls, asked: Sequence[Asked], threshold: float) -> Figures:
        """The figures of some questions; a document whose score is below `threshold` is no source.

        `mrr` looks as far down as the search did.
        """
        answerable = [each for each in asked if each.question.expected]
        others = [each for each in asked if not each.question.expected]
        ranks = [each.rank for each in answerable]
        return cls(
            answerable=len(answerable),
            recall_1=_mean([rank == 1 for rank in ranks]),
            recall_5=_mean([rank is not None and rank <= 5 for rank in ranks]),
            mrr=_mean([1 / rank if rank else 0.0 for rank in ranks]),
            sourced=_mean([each.score >= threshold for each in answerable]),
            unanswerable=len(others),
            unsourced=_mean([each.score < threshold for each in others]),
        )


def by_language(asked: Sequence[Asked], threshold: float) -> dict[str, Figures]:
    """The figures of each language, by its code, and of `all`."""
    languages = sorted({each.question.language for each in asked})
    figures = {
        language: Figures.of(
            [each for each in asked if each.question.language == language], threshold
        )
        for language in languages
    }
    return figures | {"all": Figures.of(asked, threshold)}


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
