"""Full-text search by SQLite's FTS5: https://www.sqlite.org/fts5.html"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, text

from chatapp.knowledge.fulltext.base import MOST_OF_ONE, READABLE, Candidate, Scope, Term, values

_COUNT = text("""
    SELECT term, doc FROM passage_search_terms
    WHERE term IN (SELECT value FROM json_each(:forms))
""")

_FIND = f"""
    WITH matching AS MATERIALIZED (
        SELECT p.id, p.document_id, bm25(passage_search, 2.0, 2.0, 1.0) AS distance
        FROM passage_search
        JOIN passages AS p ON p.id = passage_search.rowid
        JOIN documents AS d ON d.id = p.document_id
        WHERE passage_search MATCH :question AND {READABLE} %s
    ),
    placed AS (
        SELECT id, document_id, distance,
            row_number() OVER (PARTITION BY document_id ORDER BY distance, id) AS place
        FROM matching
    ),
    found AS (
        SELECT id, document_id, distance FROM placed
        WHERE place <= {MOST_OF_ONE} ORDER BY distance, id LIMIT :limit
    )
    SELECT found.id, found.document_id, t.title, t.heading, t.content
    FROM found
    JOIN passage_terms AS t ON t.passage_id = found.id
    ORDER BY found.distance, found.id
"""
_FIND_ALL = text(_FIND % "")
_FIND_CHOSEN = text(_FIND % "AND d.id IN (SELECT value FROM json_each(:document_ids))")


class SQLite:
    """Ranks by its function `bm25`, in which a match of title or heading counts twice."""

    def count(self, connection: Connection, words: Sequence[tuple[str, ...]]) -> list[int]:
        """How many passages have any form of each of the words, whoever may read them."""
        forms = json.dumps([form for forms in words for form in forms])
        rows = connection.execute(_COUNT, {"forms": forms})
        found: dict[str, int] = {row.term: row.doc for row in rows}
        return [sum(found.get(form, 0) for form in forms) for forms in words]

    def find(
        self, connection: Connection, terms: Sequence[Term], scope: Scope, limit: int
    ) -> list[Candidate]:
        """The passages in the scope that have the most of the terms' weight, at most `limit`."""
        # Between quotes nothing is an operator, and a term has no quotes.
        question = " OR ".join(f'"{form}"' for term in terms for form in term.forms)
        given = values(scope) | {"question": question, "limit": limit}
        if scope.document_ids is None:
            rows = connection.execute(_FIND_ALL, given)
        else:
            chosen = json.dumps(scope.document_ids)
            rows = connection.execute(_FIND_CHOSEN, given | {"document_ids": chosen})
        return [Candidate._make(row) for row in rows]
