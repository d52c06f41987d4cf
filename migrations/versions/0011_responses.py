"""What clients of the Responses API may come back to, and until when it is kept.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "conversations", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index("ix_conversations_kept_until", "conversations", ["kept_until"])
    op.create_table(
        "responses",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("previous_id", sa.String(length=32), nullable=True),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id"),
    )


def downgrade():
    op.drop_table("responses")
    op.drop_index("ix_conversations_kept_until", "conversations")
    op.drop_column("conversations", "kept_until")
