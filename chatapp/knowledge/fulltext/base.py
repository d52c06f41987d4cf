"""What every kind of database can find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be found: documents that are ready, and belong to a person or are shared.

    `document_ids` narrows it to some of these, `samples` adds the library about chatapp. Without a
    `user_id` nothing else is found than that.
    """

    user_id: str | None
    document_ids: tuple[str, ...] | None = None
    samples: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for: any of `forms`, as documents in several languages write it.

    `share` says how much of the question it is, and `weight` how much for being as rare as it is.
    `likeness` is less than 1 where the forms are only like the word that was asked for.
    """

    forms: tuple[str, ...]
    share: float
    weight: float
    likeness: float = 1.0


class Candidate(NamedTuple):
    """A passage that may be an answer, with its terms, joined by blanks."""

    passage_id: int
    document_id: str
    title: str
    heading: str
    content: str


class FullText(Protocol):
    """How one kind of database searches."""

    def count(self, connection: Connection, words: Sequence[tuple[str, ...]]) -> list[int]:
        """How many passages have any form of each of the words, whoever may read them."""

    def find(
        self, connection: Connection, terms: Sequence[Term], scope: Scope, limit: int
    ) -> list[Candidate]:
        """The passages in the scope that have the most of the terms' weight, at most `limit`, and
        `MOST_OF_ONE` of each document."""


MOST_OF_ONE = 30
"""A long document on a subject leaves room for others."""

READABLE = """
    d.state = 'ready'
    AND (d.user_id = :user_id OR (d.shared AND d.user_id IS NOT NULL AND :user_id IS NOT NULL)
         OR (:samples AND d.user_id IS NULL))
"""
"""The condition for documents `d` that `values` has the values for."""


def values(scope: Scope) -> dict[str, object]:
    """What `READABLE` needs to know."""
    return {"user_id": scope.user_id, "samples": scope.samples}
