"""The terms of every record anew: runs of five digits are terms too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from registry.products.terms import terms_of

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_NEXT = sa.text('select "index", search from record where "index" > :after order by "index" limit :most')
_KIND = sa.Text().with_variant(TSVECTOR(), "postgresql")
_RECORD = sa.table("record", sa.column("index"), sa.column("terms", _KIND))
_FILL = sa.update(_RECORD).where(_RECORD.c.index == sa.bindparam("at")).values(terms=sa.bindparam("terms_of_it"))
_REBUILD = "insert into record_search (record_search) values ('rebuild')"


def upgrade() -> None:
    """Fills them in, and on SQLite makes their index from them; PostgreSQL's follows by itself."""
    connection, after = op.get_bind(), -1
    while rows := connection.execute(_NEXT, {"after": after, "most": _AT_ONCE}).all():
        connection.execute(_FILL, [{"at": at, "terms_of_it": terms_of(search)} for at, search in rows])
        after = rows[-1][0]
    if connection.dialect.name == "sqlite":
        op.execute(_REBUILD)
