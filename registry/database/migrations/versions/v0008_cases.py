"""The yearly release of cases."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "case_call",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dataset", sa.LargeBinary(), nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("year", name="pk_case_call"),
    )
    op.create_table(
        "case_nominated",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("nominated_by", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("nominated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["case_call.year"], name="fk_case_nominated_year_case_call"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_case_nominated_member_id_member"),
        sa.ForeignKeyConstraint(["nominated_by"], ["member.id"], name="fk_case_nominated_nominated_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_case_nominated"),
    )
    for column in ("year", "member_id", "nominated_by"):
        op.create_index(f"ix_case_nominated_{column}", "case_nominated", [column])
    op.create_table(
        "case_expert",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["case_call.year"], name="fk_case_expert_year_case_call"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_expert_person_id_person"),
        sa.PrimaryKeyConstraint("year", "person_id", name="pk_case_expert"),
    )
    op.create_table(
        "case_score",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("scores", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_nominated.id"], name="fk_case_score_case_id_case_nominated"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_score_person_id_person"),
        sa.PrimaryKeyConstraint("case_id", "person_id", name="pk_case_score"),
    )
