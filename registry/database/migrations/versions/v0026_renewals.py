"""Which record a draft is to take the place of, so that a renewal is begun once."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds it, unknown for the drafts that there are."""
    op.add_column("declaration", sa.Column("renews", sa.BigInteger(), nullable=True))
    op.create_index("ix_declaration_renews", "declaration", ["renews"])
