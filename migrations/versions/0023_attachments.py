"""Questions come with files.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("messages", sa.Column("attachments", sa.JSON()))


def downgrade():
    op.drop_column("messages", "attachments")
