"""The digest of a conversation's creation, by which a repeated one is known.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("conversations", sa.Column("digest", sa.String(length=64), nullable=True))


def downgrade():
    op.drop_column("conversations", "digest")
