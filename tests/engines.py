"""The engines that tests open, a new one for each home: what is compiled once serves all, and no connection is left."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from registry.database import postgresql, sqlite

_connections: dict[str | None, list[psycopg.Connection]] = {}


def look_after_engines() -> None:
    """Has all engines of one kind share what SQLAlchemy compiled, and keeps count of connections to PostgreSQL."""
    of_kind: dict[str, Engine] = {}

    def sharing(create: Callable[..., Engine]) -> Callable[..., Engine]:
        def create_engine(*where: Any, **how: Any) -> Engine:
            engine = create(*where, **how)
            if engine.dialect.name == "postgresql":
                kept = _connections.setdefault(engine.url.database, [])
                event.listen(engine, "connect", lambda connection, _: kept.append(connection))
            first = of_kind.get(engine.dialect.name)
            if first is None or first.dialect.server_version_info is None:  # it was never connected
                of_kind[engine.dialect.name] = engine
            else:
                engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
            return engine

        return create_engine

    for module in (sqlite, postgresql):
        pytest.MonkeyPatch().setattr(module, "create_engine", sharing(module.create_engine))


def end_connections(database: str) -> None:
    """Ends those to a PostgreSQL database, also what a test left open."""
    for connection in _connections.pop(database, ()):
        connection.close()
