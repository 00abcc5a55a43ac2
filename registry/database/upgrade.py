"""Brings a database to the code's version; refuses one that is newer than the code."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from registry.database.database import Database
from registry.errors import DatabaseTooNew

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Migrates to the newest version the code knows, in one transaction. Raises ``DatabaseTooNew``."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.writing() as session:
        connection = session.connection()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        here = set(MigrationContext.configure(connection).get_current_heads())
        if here - known:
            raise DatabaseTooNew(
                f"the database is at version {', '.join(sorted(here - known))}, which this carbonlabel does not know: "
                "it was written by a newer one. Upgrade the program; nothing was changed"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
