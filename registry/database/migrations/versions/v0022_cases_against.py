"""What spoke against a case when the operator let it take part."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column: of earlier cases nothing is known, so what speaks against them takes a new word."""
    op.add_column("case_nominated", sa.Column("against", sa.String(), nullable=False, server_default=""))
