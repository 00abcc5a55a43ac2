"""Objections to records."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "objection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("owner_says", sa.String(), nullable=False),
        sa.Column("body_says", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_objection"),
    )
    for column in ("record", "owner_id", "body_id", "state"):
        op.create_index(f"ix_objection_{column}", "objection", [column])
