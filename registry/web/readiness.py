"""Whether this process can do its work, looked at piece by piece.

What is wrong is said in a sentence that anybody may read; what the database or the store said of it, which may name
hosts and accounts, goes to the program's log.
"""

import logging
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session, col, delete

from keys import KeysError
from registry.accounts.outbox import wrong_with_mail
from registry.database.author import REGISTRY
from registry.database.request_tables import RequestsRow
from registry.database.upgrade import newest_version
from registry.errors import HomeError, RegistryError
from registry.log.append import log_size
from registry.log.keys import ONLINE_USES, active_kid, key_entries
from registry.log.reader import published_size
from registry.registry import Registry, utc_now
from registry.store import StoreError

OK = "ok"
_UNKNOWN = "not looked at: see what is wrong before it"
_VERSION = text("select version_num from alembic_version")
_LOG = logging.getLogger("carbonlabel.readiness")


class Readiness(Struct, frozen=True):
    """``checks`` says ``ok`` or a sentence of the database, its migrations, the signing keys, the log's position, and
    whether the database takes writes; and of mail, without which a process is ready all the same."""

    ready: bool
    log_size: int | None
    """None where it cannot be told."""
    checks: dict[str, str]


def readiness(registry: Registry) -> Readiness:
    """Looks at all of it now. What is wrong is in the answer; nothing is raised for it."""
    checks, size = dict.fromkeys(("database", *_CHECKS, "writing"), _UNKNOWN), None
    try:
        registry.database.refuse_missing()
        with registry.database.reading() as session:
            session.connection().execute(text("select 1"))
            checks["database"] = OK
            for name, wrong_with in _CHECKS.items():
                checks[name] = wrong_with(registry, session) or OK
            size = log_size(session)
        # After reading: its transaction would keep the writer of a file waiting.
        checks["writing"] = _wrong_with_writing(registry) or OK
    except (SQLAlchemyError, HomeError) as problem:
        _LOG.error("the database: %s", problem.orig if isinstance(problem, DBAPIError) else problem)
        if checks["database"] != OK:
            checks["database"] = "the database does not answer"
        else:
            checks[next(name for name, said in checks.items() if said == _UNKNOWN)] = "the database cannot say"
    return Readiness(all(said == OK for name, said in checks.items() if name not in _BESIDE), size, checks)


def _wrong_with_version(_: Registry, session: Session) -> str | None:
    version, newest = session.connection().execute(_VERSION).scalar(), newest_version()
    if version == newest:
        return None
    return f"the database is of version {version}, the program of {newest}: restart with the newer program"


def _wrong_with_writing(registry: Registry) -> str | None:
    """Tried after a write has failed, until one succeeds, also if nobody else writes: for it takes the lock."""
    if not registry.database.write_failed:
        return None
    try:
        with registry.database.writing(REGISTRY) as session:
            session.add(RequestsRow(minute=0, whose=b"", process="readiness", count=0))
            session.flush()
            session.exec(delete(RequestsRow).where(col(RequestsRow.process) == "readiness"))
    except SQLAlchemyError as problem:
        _LOG.error("the database takes no writes: %s", type(problem).__name__)
        return "the database takes no writes: its disk may be full"
    return None


def _wrong_with_keys(registry: Registry, session: Session) -> str | None:
    try:
        entries = key_entries(session)
        for use in ONLINE_USES:
            registry.ring.signer(active_kid(entries, use))
    except (KeysError, RegistryError) as problem:
        _LOG.error("the signing keys: %s", problem)
        return "a signing key cannot be read"
    return None


def _wrong_with_log(registry: Registry, session: Session) -> str | None:
    try:
        public, size = published_size(registry.store()), log_size(session)
    except StoreError as problem:
        _LOG.error("the public log: %s", problem)
        return "the checkpoint of the public log cannot be read"
    return (
        f"the public log has {public} entries, the database {size}: restore a newer backup" if public > size else None
    )


def _wrong_with_mail(registry: Registry, session: Session) -> str | None:
    return wrong_with_mail(session, utc_now()) if registry.config.mail else None


_CHECKS: dict[str, Callable[[Registry, Session], str | None]] = {
    "migrations": _wrong_with_version,
    "keys": _wrong_with_keys,
    "log": _wrong_with_log,
    "mail": _wrong_with_mail,
}
"""What is wrong with each, in the order in which one builds on the other; None: nothing."""

_BESIDE = frozenset({"mail"})
"""What somebody has to look at, and no request waits for: it is said, and nothing is sent elsewhere for it."""
