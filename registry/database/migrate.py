"""Running migrations, with Alembic, under the write lock."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from registry.database.database import Database
from registry.errors import DatabaseTooNew


def migrate(database: Database, migrations: Path) -> None:
    """Migrates to the newest of ``migrations``, in one transaction; one who comes second finds it done.

    Raises ``DatabaseTooNew``, and ``HomeError`` for an empty database in which tables would not do as they must.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations))
    with database.writing() as session:
        connection = session.connection()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        here = set(MigrationContext.configure(connection).get_current_heads())
        if here - known:
            raise DatabaseTooNew(
                f"the database is at version {', '.join(sorted(here - known))}, which this carbonlabel does not know: "
                "it was written by a newer one. Upgrade the program; nothing was changed"
            )
        if not here:
            database.dialect.refuse_unfit(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
