"""Assistants, and whether a conversation uses documents.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "assistants",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("letter", sa.String(length=8), nullable=False),
        sa.Column("colour", sa.String(length=16), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("temperature", sa.Double(), nullable=True),
        sa.Column("use_documents", sa.Boolean(), nullable=False),
        sa.Column("document_ids", sa.JSON(), nullable=False),
        sa.Column("opening_questions", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assistants_listed", "assistants", ["user_id", "created_at"])
    op.create_index("ix_assistants_shared", "assistants", ["shared", "created_at"])
    op.add_column("conversations", sa.Column("use_documents", sa.Boolean(), nullable=True))
    op.create_index("ix_conversations_assistant", "conversations", ["assistant_id"])


def downgrade():
    op.drop_index("ix_conversations_assistant", "conversations")
    op.drop_column("conversations", "use_documents")
    op.drop_table("assistants")
