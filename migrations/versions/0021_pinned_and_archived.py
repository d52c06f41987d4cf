"""Conversations are pinned, archived, and deleted in a way that can be undone.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEX = "ix_conversations_shown"


def upgrade():
    for name in ("pinned", "archived"):
        op.add_column(
            "conversations",
            sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False),
        )
    op.add_column("conversations", sa.Column("deleted_at", sa.DateTime(timezone=True)))
    op.drop_index(INDEX, "conversations")
    # The list reads it in order, and knows from it alone what is archived or pinned.
    columns = ["user_id", "kept_until", "updated_at", "id", "archived", "pinned"]
    op.create_index(INDEX, "conversations", columns)


def downgrade():
    op.execute("DELETE FROM conversations WHERE deleted_at IS NOT NULL")
    op.drop_index(INDEX, "conversations")
    for name in ("deleted_at", "archived", "pinned"):
        op.drop_column("conversations", name)
    op.create_index(INDEX, "conversations", ["user_id", "kept_until", "updated_at"])
