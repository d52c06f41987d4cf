"""Citations name the passage that they quote.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("citations", sa.Column("passage_id", sa.Integer(), nullable=True))
    op.add_column("citations", sa.Column("score", sa.Float(precision=53), nullable=True))


def downgrade():
    with op.batch_alter_table("citations") as citations:
        citations.drop_column("score")
        citations.drop_column("passage_id")
