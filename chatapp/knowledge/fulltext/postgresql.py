"""Full-text search by PostgreSQL's `tsvector`:
https://www.postgresql.org/docs/current/textsearch.html"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from chatapp.knowledge.fulltext.base import READABLE, Candidate, Scope, Term, values

_COUNT = text("""
    SELECT (
        SELECT count(*) FROM passage_terms
        WHERE passage_search @@ CAST(wanted.question AS tsquery)
    )
    FROM unnest(CAST(:questions AS text[])) WITH ORDINALITY AS wanted (question, position)
    ORDER BY wanted.position
""")

_FIND = f"""
    SELECT t.passage_id, p.document_id, t.title, t.heading, t.content
    FROM passage_terms AS t
    JOIN passages AS p ON p.id = t.passage_id
    JOIN documents AS d ON d.id = p.document_id
    WHERE t.passage_search @@ CAST(:question AS tsquery) AND {READABLE} %s
    ORDER BY (
        SELECT sum(wanted.weight * ts_rank(
            '{{0.5, 0.5, 1.0, 1.0}}', t.passage_search, CAST(wanted.question AS tsquery)
        ))
        FROM unnest(CAST(:questions AS text[]), CAST(:weights AS float8[]))
            AS wanted (question, weight)
    ) DESC, t.passage_id
    LIMIT :limit
"""
_FIND_ALL = text(_FIND % "")
_FIND_CHOSEN = text(_FIND % "AND d.id = ANY(CAST(:document_ids AS text[]))")


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
        given = values(scope) | {
            "question": _question([form for term in terms for form in term.forms]),
            "questions": [_question(term.forms) for term in terms],
            "weights": [term.weight for term in terms],
            "limit": limit,
        }
        if scope.document_ids is None:
            rows = connection.execute(_FIND_ALL, given)
        else:
            given["document_ids"] = list(scope.document_ids)
            rows = connection.execute(_FIND_CHOSEN, given)
        return [Candidate._make(row) for row in rows]


def _question(forms: Sequence[str]) -> str:
    """Between quotes nothing is an operator, and a term has no quotes."""
    return " | ".join(f"'{form}'" for form in forms)
