"""An index of what products are found by: the terms of each record, looked up by the database's own means.

On SQLite, a later batch_alter_table of ``record`` makes the table anew, without triggers: make them again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0019"
down_revision = "0010"
branch_labels = None
depends_on = None

_KIND = sa.Text().with_variant(TSVECTOR(), "postgresql")
_ON_SQLITE = (
    'create view record_searched as select "index", terms from record where superseded_by is null',
    # Terms are whole words to it, in the order and as often as they come: it need not know where or how often.
    "create virtual table record_search using fts5(terms, content='record_searched', content_rowid='index', "
    "tokenize='ascii', detail=none, columnsize=0)",
    "create trigger record_search_added after insert on record when new.superseded_by is null "
    'begin insert into record_search (rowid, terms) values (new."index", new.terms); end',
    "create trigger record_search_left after update of superseded_by on record "
    "when old.superseded_by is null and new.superseded_by is not null "
    "begin insert into record_search (record_search, rowid, terms) values ('delete', old.\"index\", old.terms); end",
    "create trigger record_search_removed after delete on record when old.superseded_by is null "
    "begin insert into record_search (record_search, rowid, terms) values ('delete', old.\"index\", old.terms); end",
)
_ON_POSTGRESQL = ("create index ix_record_terms on record using gin (terms) where superseded_by is null",)


def upgrade() -> None:
    """Adds the terms, which 0021 fills in, and has the database index those of the newest records."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("record", sa.Column("terms", _KIND, nullable=False, server_default=""))
    for statement in _ON_SQLITE if is_sqlite else _ON_POSTGRESQL:
        op.execute(statement)
