"""A second factor to be confirmed is its session's; nobody's address is kept for a letter that has left."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the column, without what it held: who was setting one up begins anew. Empties letters of the past."""
    with op.batch_alter_table("person") as person:
        person.drop_column("totp_pending")
    with op.batch_alter_table("session") as session:
        session.add_column(sa.Column("totp_pending", sa.LargeBinary(), nullable=True))
    op.create_index("ix_message_sent_at", "message", ["sent_at"])
    op.execute("update message set recipient = '', subject = '' where due_at is null")
