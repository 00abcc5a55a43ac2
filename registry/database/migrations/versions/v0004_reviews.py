"""Reviews of declarations: assignments, questions, and what was returned."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "review",
        sa.Column("declaration_id", sa.String(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("assigned_by", sa.String(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_up_by", sa.String(), nullable=True),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name="fk_review_declaration_id_declaration"),
        sa.ForeignKeyConstraint(["body_id"], ["member.id"], name="fk_review_body_id_member"),
        sa.PrimaryKeyConstraint("declaration_id", name="pk_review"),
    )
    op.create_index("ix_review_body_id", "review", ["body_id"])
    op.create_table(
        "question",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("declaration_id", sa.String(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name="fk_question_declaration_id_declaration"),
        sa.ForeignKeyConstraint(["body_id"], ["member.id"], name="fk_question_body_id_member"),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
    )
    op.create_index("ix_question_declaration_id", "question", ["declaration_id"])
    op.create_table(
        "returned",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("declaration_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=False),
        sa.Column("returned_by", sa.String(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name="fk_returned_declaration_id_declaration"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_returned_member_id_member"),
        sa.PrimaryKeyConstraint("id", name="pk_returned"),
    )
    op.create_index("ix_returned_declaration_id", "returned", ["declaration_id"])
