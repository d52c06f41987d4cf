"""The list of a person's conversations does not walk past what programs keep.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_conversations_user_updated", "conversations")
    op.create_index(
        "ix_conversations_shown", "conversations", ["user_id", "kept_until", "updated_at"]
    )


def downgrade():
    op.drop_index("ix_conversations_shown", "conversations")
    op.create_index("ix_conversations_user_updated", "conversations", ["user_id", "updated_at"])
