"""Alembic's environment: runs on the connection that ``upgrade`` hands over, in its transaction."""

from alembic import context

from registry.database import (
    audit_tables,
    cases_tables,
    job_tables,
    objection_tables,
    people_tables,
    reminder_tables,
    request_tables,
    review_tables,
    tables,
)

for area in (
    audit_tables,
    cases_tables,
    job_tables,
    objection_tables,
    people_tables,
    reminder_tables,
    request_tables,
    review_tables,
):
    assert area.SQLModel is tables.SQLModel  # its tables are among the metadata
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
