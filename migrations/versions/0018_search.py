"""The terms of passages, and what each database finds them by.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Terms are letters and digits between blanks, which the tokenizer `ascii` takes as they are.
# https://www.sqlite.org/fts5.html#external_content_tables
SQLITE = (
    """
    CREATE VIRTUAL TABLE passage_search USING fts5(
        title, heading, content,
        content='passage_terms', content_rowid='passage_id', tokenize='ascii'
    )
    """,
    "CREATE VIRTUAL TABLE passage_search_terms USING fts5vocab('passage_search', 'row')",
    """
    CREATE TRIGGER passage_search_insert AFTER INSERT ON passage_terms BEGIN
        INSERT INTO passage_search (rowid, title, heading, content)
        VALUES (new.passage_id, new.title, new.heading, new.content);
    END
    """,
    """
    CREATE TRIGGER passage_search_delete AFTER DELETE ON passage_terms BEGIN
        INSERT INTO passage_search (passage_search, rowid, title, heading, content)
        VALUES ('delete', old.passage_id, old.title, old.heading, old.content);
    END
    """,
    """
    CREATE TRIGGER passage_search_update AFTER UPDATE ON passage_terms BEGIN
        INSERT INTO passage_search (passage_search, rowid, title, heading, content)
        VALUES ('delete', old.passage_id, old.title, old.heading, old.content);
        INSERT INTO passage_search (rowid, title, heading, content)
        VALUES (new.passage_id, new.title, new.heading, new.content);
    END
    """,
)

# A position is at most 16,383: https://www.postgresql.org/docs/current/textsearch-limitations.html
POSTGRESQL = (
    """
    CREATE FUNCTION passage_search_vector(terms text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(
            string_agg(quote_literal(term) || ':' || least(position, 16383), ' '), ''
        )::tsvector
        FROM unnest(string_to_array(terms, ' ')) WITH ORDINALITY AS found (term, position)
        WHERE term <> ''
    $$
    """,
    """
    ALTER TABLE passage_terms ADD COLUMN passage_search tsvector GENERATED ALWAYS AS (
        setweight(passage_search_vector(title), 'A')
        || setweight(passage_search_vector(heading), 'B')
        || passage_search_vector(content)
    ) STORED
    """,
    # A search reads one by one what waits to be put in its place: 256 kB, some 2 ms at most.
    # Without any waiting, a thousand passages take four seconds instead of one.
    """
    CREATE INDEX ix_passage_search ON passage_terms USING gin (passage_search)
    WITH (fastupdate = on, gin_pending_list_limit = 256)
    """,
)


def upgrade():
    op.create_table(
        "passage_terms",
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["passage_id"], ["passages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("passage_id"),
    )
    op.create_table(
        "indexed_languages",
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("language"),
    )
    for statement in SQLITE if _is_sqlite() else POSTGRESQL:
        op.execute(statement)


def downgrade():
    if _is_sqlite():
        op.execute("DROP TABLE passage_search_terms")
        op.execute("DROP TABLE passage_search")
    op.drop_table("indexed_languages")
    op.drop_table("passage_terms")
    if not _is_sqlite():
        op.execute("DROP FUNCTION passage_search_vector(text)")


def _is_sqlite():
    return op.get_bind().dialect.name == "sqlite"
