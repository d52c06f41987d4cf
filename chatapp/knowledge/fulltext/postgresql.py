"""Full-text search by PostgreSQL's `tsvector`:
https://www.postgresql.org/docs/current/textsearch.html"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, TextClause, text

from chatapp.knowledge.fulltext.base import MOST_OF_ONE, READABLE, Candidate, Scope, Term, values

_COUNT = text("""
    SELECT (
        SELECT count(*) FROM passage_terms
        WHERE passage_search @@ CAST(wanted.question AS tsquery)
    )
    FROM unnest(CAST(:questions AS text[])) WITH ORDINALITY AS wanted (question, position)
    ORDER BY wanted.position
""")

MOST = 2_500
"""Passages that are ranked: a word that more of them have says next to nothing."""

# What has the words is found first, and only then what may be read, one by one (`OFFSET 0`):
# the other way round takes longer, and the planner cannot know how many rows new tables have.
_FIND = f"""
    WITH matching AS MATERIALIZED (
        SELECT passage_id FROM passage_terms WHERE passage_search @@ CAST(:question AS tsquery)
    ),
    ranked AS (
        SELECT readable.id, readable.document_id, %s AS rank
        FROM (
            SELECT p.id, p.document_id
            FROM matching
            CROSS JOIN LATERAL (
                SELECT id, document_id FROM passages WHERE id = matching.passage_id OFFSET 0
            ) AS p
            CROSS JOIN LATERAL (
                SELECT * FROM documents WHERE id = p.document_id OFFSET 0
            ) AS d
            WHERE {READABLE} %s
            LIMIT {MOST}
        ) AS readable
        CROSS JOIN LATERAL (
            SELECT passage_search FROM passage_terms WHERE passage_id = readable.id OFFSET 0
        ) AS t
    ),
    placed AS (
        SELECT id, document_id, rank,
            row_number() OVER (PARTITION BY document_id ORDER BY rank DESC, id) AS place
        FROM ranked
    ),
    found AS (
        SELECT id, document_id, rank FROM placed
        WHERE place <= {MOST_OF_ONE} ORDER BY rank DESC, id LIMIT :limit
    )
    SELECT found.id, found.document_id, t.title, t.heading, t.content
    FROM found
    JOIN passage_terms AS t ON t.passage_id = found.id
    ORDER BY found.rank DESC, found.id
"""
_CHOSEN = "AND d.id = ANY(CAST(:document_ids AS text[]))"
_RANK = """
    :weight_{0} * ts_rank('{{0.5, 0.5, 1.0, 1.0}}', t.passage_search, CAST(:term_{0} AS tsquery))
"""


class PostgreSQL:
    """Ranks by its function `ts_rank` of each term; how rare a term is, it does not know."""

    def count(self, connection: Connection, words: Sequence[tuple[str, ...]]) -> list[int]:
        """How many passages have any form of each of the words, whoever may read them."""
        questions = [_question(forms) for forms in words]
        return list(connection.scalars(_COUNT, {"questions": questions}))

    def find(
        self, connection: Connection, terms: Sequence[Term], scope: Scope, limit: int
    ) -> list[Candidate]:
        """The passages in the scope that have the most of the terms' weight, at most `limit`."""
        every = _question([form for term in terms for form in term.forms])
        given = values(scope) | {"question": every, "limit": limit}
        for number, term in enumerate(terms):
            given[f"weight_{number}"] = term.weight
            given[f"term_{number}"] = _question(term.forms)
        if scope.document_ids is not None:
            given["document_ids"] = list(scope.document_ids)
        rows = connection.execute(_find(len(terms), scope.document_ids is not None), given)
        return [Candidate._make(row) for row in rows]


@cache
def _find(terms: int, chosen: bool) -> TextClause:
    rank = " + ".join(_RANK.format(number) for number in range(terms))
    return text(_FIND % (rank, _CHOSEN if chosen else ""))


def _question(forms: Sequence[str]) -> str:
    """Between quotes nothing is an operator, and a term has no quotes."""
    return " | ".join(f"'{form}'" for form in forms)
