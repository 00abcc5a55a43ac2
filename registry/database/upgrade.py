"""Brings a database to the code's version; refuses one that is newer than the code."""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text

from registry.database.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_DOWN = re.compile(r'^down_revision = "(\w+)"$', re.MULTILINE)
_VERSION = text("select version_num from alembic_version")


@cache
def newest_version() -> str:
    """The version that the code knows: migrations are files named ``v<version>_<what>.py``, and nothing is built on the
    newest."""
    files = list((MIGRATIONS / "versions").glob("v*_*.py"))
    below = {_DOWN.search(path.read_text(encoding="utf-8")) for path in files}
    (newest,) = {path.name[1:].partition("_")[0] for path in files} - {found[1] for found in below if found}
    return newest


def upgrade(database: Database) -> None:
    """Migrates to the newest version the code knows, in one transaction. Raises ``DatabaseTooNew``."""
    if _version_of(database) != newest_version():
        from registry.database.migrate import migrate  # here, because Alembic takes a fifth of a second to load

        migrate(database, MIGRATIONS)


def _version_of(database: Database) -> str | None:
    with database.reading() as session:
        connection = session.connection()
        return connection.execute(_VERSION).scalar() if inspect(connection).has_table("alembic_version") else None
