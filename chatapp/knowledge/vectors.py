"""Passages by what they mean: their vectors, made, kept and compared.

The nearest are looked for among the signatures, one bit for each dimension: the share of bits in
which two differ tells the angle between them (https://dl.acm.org/doi/10.1145/509907.509965).
Only the vectors of the best are compared number by number.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from math import sqrt
from operator import mul
from statistics import median
from time import sleep
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, bindparam, func, select, text

from chatapp.knowledge.fulltext.base import READABLE, Scope, values
from chatapp.models import Database, Document, Embedding, Passage, insert_or, table

BATCH = 64
"""Passages that are sent for their vectors at a time."""

PAGE = 2_000
"""Signatures that are read at a time, while nothing else can be done."""

NEAREST = 100
"""Vectors that are compared number by number."""

SAMPLE, SOME = 50, 8
"""How many more are, near and far ones, to see what is usual; how many that takes at least."""


class Embed(Protocol):
    """Makes vectors of texts, all of one length, by the model of this name."""

    @property
    def model(self) -> str:
        """The model's id."""

    def __call__(self, texts: Sequence[str], /) -> list[list[float]]:
        """A vector for each text. Raises `ProviderError`."""


class Near(NamedTuple):
    """A passage, and how near it is to a question: 1 is the same, 0 is as far as most are."""

    passage_id: int
    document_id: str
    nearness: float


_SIGNATURES = f"""
    SELECT e.passage_id, p.document_id, e.signature
    FROM embeddings AS e
    JOIN passages AS p ON p.id = e.passage_id
    JOIN documents AS d ON d.id = p.document_id
    WHERE e.model = :model AND length(e.signature) = :size AND e.passage_id > :after
        AND {READABLE} %s
    ORDER BY e.passage_id LIMIT :page
"""
_SIGNATURES_OF_ALL = text(_SIGNATURES % "")
_SIGNATURES_OF_CHOSEN = text(_SIGNATURES % "AND d.id IN :document_ids").bindparams(
    bindparam("document_ids", expanding=True)
)


def fill(database: Database, embed: Embed) -> bool:
    """Makes vectors for some passages that lack them; false where none does.

    Raises `ProviderError`; then they lack them still.
    """
    rows = database.read(lambda connection: _lacking(connection, embed.model))
    if not rows:
        return False
    made = embed([_words(row) for row in rows])
    kept = [_row(row.id, embed.model, vector) for row, vector in zip(rows, made, strict=True)]
    database.write(lambda connection: _keep(connection, kept))
    return True


def nearest(database: Database, model: str, vector: Sequence[float], scope: Scope) -> list[Near]:
    """The passages in the scope that mean most nearly what the vector does, the nearest first."""
    wanted = _scaled(vector)
    signature = int.from_bytes(_signature(wanted), "big")
    distances = [
        _Distant((bits ^ signature).bit_count(), passage_id, document_id)
        for passage_id, document_id, bits in _signatures(database, model, len(wanted), scope)
    ]
    if not distances:
        return []
    best = nsmallest(NEAREST, distances)
    others = sorted(distances)[:: len(distances) // SAMPLE + 1]
    ids = {each.passage_id for each in (*best, *others)}
    vectors = database.read(lambda connection: _vectors(connection, model, ids))
    cosines = {id: _cosine(wanted, vector) for id, vector in vectors.items()}
    usual = _usual([cosines[each.passage_id] for each in others if each.passage_id in cosines])
    found = [
        Near(each.passage_id, each.document_id, _nearness(cosines[each.passage_id], usual))
        for each in best
        if each.passage_id in cosines  # it may have been deleted in between
    ]
    return sorted(found, key=lambda each: (-each.nearness, each.passage_id))


class _Distant(NamedTuple):
    bits: int
    passage_id: int
    document_id: str


def _signatures(
    database: Database, model: str, size: int, scope: Scope
) -> Iterator[tuple[int, str, int]]:
    """All signatures in the scope; others go on between two pages of them."""
    given = values(scope) | {"model": model, "size": (size + 7) // 8}
    given |= {"after": 0, "page": PAGE}
    statement = _SIGNATURES_OF_ALL
    if scope.document_ids is not None:
        statement = _SIGNATURES_OF_CHOSEN
        given["document_ids"] = list(scope.document_ids)
    while True:
        rows = database.read(lambda connection: connection.execute(statement, given).all())
        for row in rows:
            yield row.passage_id, row.document_id, int.from_bytes(row.signature, "big")
        if len(rows) < PAGE:
            return
        given["after"] = rows[-1].passage_id
        sleep(0)


def _vectors(connection: Connection, model: str, ids: Iterable[int]) -> dict[int, array[float]]:
    wanted = select(Embedding.passage_id, Embedding.vector).where(
        Embedding.model == model, Embedding.passage_id.in_(ids)
    )
    return {row.passage_id: _unpacked(row.vector) for row in connection.execute(wanted)}


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Of two vectors of the length one."""
    return float(sum(map(mul, one, other)))


def _usual(cosines: Sequence[float]) -> float:
    """How near passages are that have nothing to do with a question; a few do not tell."""
    return median(cosines) if len(cosines) >= SOME else 0.0


def _nearness(cosine: float, usual: float) -> float:
    """Models differ in how near all texts are to one another: here what is usual becomes 0."""
    return min(1.0, max(0.0, (cosine - usual) / max(1.0 - usual, 1e-6)))


def _lacking(connection: Connection, model: str) -> Sequence[Any]:
    has = select(Embedding.passage_id).where(
        Embedding.passage_id == Passage.id, Embedding.model == model
    )
    wanted = (
        select(Passage.id, Document.title, Passage.heading, Passage.content)
        .join(Document, Document.id == Passage.document_id)
        .where(Document.state == "ready", ~has.exists())
        .order_by(func.random())  # several processes may do so at once
        .limit(BATCH)
    )
    return connection.execute(wanted).all()


def _words(row: Any) -> str:
    """What a model is shown of a passage."""
    return "\n".join(filter(None, (row.title, row.heading, row.content)))


def _row(passage_id: int, model: str, vector: Sequence[float]) -> dict[str, object]:
    scaled = _scaled(vector)
    return {
        "passage_id": passage_id,
        "model": model,
        "signature": _signature(scaled),
        "vector": _packed(scaled),
    }


def _keep(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Another process may have made them, too, and documents may have been deleted meanwhile."""
    ids = [row["passage_id"] for row in rows]
    there = select(Passage.id).where(Passage.id.in_(ids)).with_for_update(read=True, key_share=True)
    left = set(connection.scalars(there))
    kept = [row for row in rows if row["passage_id"] in left]
    if kept:
        made = insert_or(table(Embedding), connection.dialect.name)
        connection.execute(made.on_conflict_do_nothing(), kept)


def _scaled(vector: Iterable[float]) -> array[float]:
    """A vector of the length one."""
    numbers = array("f", vector)
    length = sqrt(sum(map(mul, numbers, numbers))) or 1.0
    return array("f", (number / length for number in numbers))


def _signature(vector: Sequence[float]) -> bytes:
    bits = "".join("1" if number > 0 else "0" for number in vector)
    return int(bits or "0", 2).to_bytes((len(bits) + 7) // 8, "big")


def _packed(vector: array[float]) -> bytes:
    return _little_endian(vector).tobytes()


def _unpacked(packed: bytes) -> array[float]:
    return _little_endian(array("f", bytes(packed)))


def _little_endian(vector: array[float]) -> array[float]:
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return vector
