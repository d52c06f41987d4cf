"""The place from which another process can go on with an answer.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    mark = sa.Column("mark", sa.String(length=200), nullable=False, server_default="")
    op.add_column("runs", mark)


def downgrade():
    op.drop_column("runs", "mark")
