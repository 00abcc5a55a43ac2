"""The first tables: members, tokens, declarations, the log, records and labels."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates them."""
    op.create_table(
        "log_entry",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("typ", sa.String(), nullable=False),
        sa.Column("jws", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("index", name="pk_log_entry"),
    )
    op.create_index("ix_log_entry_typ", "log_entry", ["typ"])

    op.create_table(
        "member",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name="fk_declaration_owner_id_member"),
        sa.PrimaryKeyConstraint("id", name="pk_declaration"),
        sa.UniqueConstraint("record", name="uq_declaration_record"),
    )
    op.create_index("ix_declaration_owner_id", "declaration", ["owner_id"])
    op.create_index("ix_declaration_state", "declaration", ["state"])

    op.create_table(
        "token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_token_member_id_member"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
    )
    op.create_index("ix_token_member_id", "token", ["member_id"])

    op.create_table(
        "record",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("declaration_id", sa.String(), nullable=False),
        sa.Column("key_path", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("claims", sa.LargeBinary(), nullable=False),
        sa.Column("issued", sa.Date(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("standing_reason", sa.String(), nullable=True),
        sa.Column("standing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("search", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name="fk_record_declaration_id_declaration"),
        sa.ForeignKeyConstraint(["index"], ["log_entry.index"], name="fk_record_index_log_entry"),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name="fk_record_owner_id_member"),
        sa.PrimaryKeyConstraint("index", name="pk_record"),
        sa.UniqueConstraint("declaration_id", name="uq_record_declaration_id"),
        sa.UniqueConstraint("key_path", "version", name="uq_record_key_path"),
    )
    op.create_index("ix_record_newest", "record", ["superseded_by", "index"])
    op.create_index("ix_record_owner_id", "record", ["owner_id"])

    op.create_table(
        "label",
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["record.index"], name="fk_label_record_record"),
        sa.PrimaryKeyConstraint("record", "path", name="pk_label"),
    )
