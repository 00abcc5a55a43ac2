"""What is proposed by its hash can be read before it is confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column."""
    op.add_column("approval", sa.Column("content", sa.LargeBinary(), nullable=True))
