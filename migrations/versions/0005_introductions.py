"""What of a person's profile a model is told.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    told = sa.Column("told", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("users", told)
    op.add_column("users", sa.Column("introduction", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("users", "introduction")
    op.drop_column("users", "told")
