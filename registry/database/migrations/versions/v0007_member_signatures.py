"""Declarations that their owners signed themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds where the signature is kept, and whose key made it."""
    with op.batch_alter_table("declaration") as declaration:
        declaration.add_column(sa.Column("signature", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("record") as record:
        record.add_column(sa.Column("signed_by", sa.String(), nullable=True))
