"""An index of the log entries that are about a record: its history is read from them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_IS_ABOUT_ONE = sa.text("about is not null")


def upgrade() -> None:
    """Creates it."""
    op.create_index(
        "ix_log_entry_about", "log_entry", ["about"], sqlite_where=_IS_ABOUT_ONE, postgresql_where=_IS_ABOUT_ONE
    )
