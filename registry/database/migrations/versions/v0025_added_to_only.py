"""The audit trail and the log are added to, and nothing else, also where what is inserted may replace a row.

On SQLite, a later batch_alter_table of either makes the table anew, without triggers: make them again.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TRAIL, _LOG = "the audit trail is never changed", "the log is never changed"


def upgrade() -> None:
    """Has the database refuse changes of the log, and on SQLite replacements in both."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            _refuse("log_entry", event, _LOG)
        _refuse("log_entry", "insert", _LOG, _there_is("log_entry", '"index"'))
        _refuse("audit", "insert", _TRAIL, _there_is("audit", "id"))
    else:
        op.execute(
            "create function log_entry_unchanged() returns trigger language plpgsql as "
            f"$$ begin raise exception '{_LOG}'; end $$"
        )
        op.execute(
            "create trigger log_entry_unchanged before update or delete or truncate on log_entry "
            "for each statement execute function log_entry_unchanged()"
        )


def _there_is(table: str, key: str) -> str:
    """What ``insert or replace`` would take the place of: the row of that key, or of that place in the file."""
    return f"when exists (select 1 from {table} where {key} = new.{key} or rowid = new.rowid) "  # noqa: S608 - names, nothing that was sent


def _refuse(table: str, event: str, sentence: str, when: str = "") -> None:
    op.execute(
        f"create trigger {table}_{event} before {event} on {table} {when}begin select raise(abort, '{sentence}'); end"
    )
