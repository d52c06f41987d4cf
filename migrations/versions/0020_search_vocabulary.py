"""The terms that passages have, for PostgreSQL; SQLite's index tells them by itself.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# One process at a time adds terms, for two that add the same ones would wait for each other.
POSTGRESQL = (
    """CREATE TABLE passage_search_terms (term text COLLATE "C" PRIMARY KEY)""",
    """
    CREATE FUNCTION passage_search_learn() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('passage_search_terms'));
        INSERT INTO passage_search_terms (term)
        SELECT unnest(tsvector_to_array(NEW.passage_search)) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER passage_search_learn AFTER INSERT OR UPDATE ON passage_terms
    FOR EACH ROW EXECUTE FUNCTION passage_search_learn()
    """,
)


def upgrade():
    if not _is_sqlite():
        for statement in POSTGRESQL:
            op.execute(statement)


def downgrade():
    if not _is_sqlite():
        op.execute("DROP TRIGGER passage_search_learn ON passage_terms")
        op.execute("DROP FUNCTION passage_search_learn()")
        op.execute("DROP TABLE passage_search_terms")


def _is_sqlite():
    return op.get_bind().dialect.name == "sqlite"
