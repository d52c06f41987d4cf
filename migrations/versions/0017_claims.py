"""Who reads a document, and what listeners are told of it.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("documents", sa.Column("claim", sa.String(length=32)))
    titled = sa.Column("titled", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("documents", titled)
    op.create_index("ix_documents_named", "documents", ["user_id", "name"])
    op.add_column("changes", sa.Column("document_id", sa.String(length=32)))
    op.add_column("changes", sa.Column("state", sa.String(length=16)))


def downgrade():
    op.drop_column("changes", "state")
    op.drop_column("changes", "document_id")
    op.drop_index("ix_documents_named", "documents")
    op.drop_column("documents", "titled")
    op.drop_column("documents", "claim")
