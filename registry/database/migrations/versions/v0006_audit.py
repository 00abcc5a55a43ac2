"""The audit trail: a table to which is added, and nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table, and has the database refuse changes."""
    op.create_table(
        "audit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("changed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    for column in ("subject", "owner_id", "member_id"):
        op.create_index(f"ix_audit_{column}", "audit", [column, "id"])
    _refuse_changes()


def _refuse_changes() -> None:
    """A later batch_alter_table would make the table anew, on SQLite, without its triggers: make them again then."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(
                f"create trigger audit_{event} before {event} on audit "
                "begin select raise(abort, 'the audit trail is never changed'); end"
            )
    else:
        op.execute(
            "create function audit_unchanged() returns trigger language plpgsql as "
            "$$ begin raise exception 'the audit trail is never changed'; end $$"
        )
        op.execute(
            "create trigger audit_unchanged before update or delete or truncate on audit "
            "for each statement execute function audit_unchanged()"
        )
