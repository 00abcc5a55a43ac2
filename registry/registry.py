"""A registry home opened for work: its database, its keys, and who signs what now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Self

from msgspec import Struct
from sqlalchemy import select
from sqlmodel import Session, col

from keys import KeyRing, KeyUse, Signer, TrustList, make_passphrase, passphrase_for
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.database import Database
from registry.database.tables import LogEntryRow
from registry.database.upgrade import upgrade
from registry.errors import DatabaseTooOld, HomeError, LogOutOfReach
from registry.home import Config, Home
from registry.log.append import LogWriter, log_size
from registry.log.keys import ONLINE_USES, active_kid, introduce, key_entries, trust_list
from registry.log.reader import published_size
from registry.members.keys import MemberKey, member_keys
from registry.members.members import join
from registry.store import FolderStore, Store, StoreError, open_bucket
from schemas.entry import EntryType
from schemas.member import Member, MemberKind

OPERATOR = "operator"
"""Member id of the registry's operator."""

_UP_TO_DATE = "carbonlabel is up to date"

_NEWEST_KEY_ENTRY = (
    select(col(LogEntryRow.index), col(LogEntryRow.leaf))
    .where(col(LogEntryRow.typ) == EntryType.KEY)
    .order_by(col(LogEntryRow.index).desc())
    .limit(1)
)


class KeysInForce(Struct, frozen=True):
    """Who signs now, and whom to trust, as of the log's key entry at index ``as_of``, which has this leaf hash."""

    as_of: int
    leaf: bytes
    trust: TrustList
    record: Signer
    label: Signer
    members: Mapping[str, MemberKey]
    """The members' own keys, by their ids."""


class Registry:
    """One registry at work. Threads may share it; each process opens its own."""

    def __init__(self, home: Home, database: Database, ring: KeyRing, bucket: Store | None = None) -> None:
        self.home = home
        self.config = home.config
        self.database = database
        self.ring = ring
        self._bucket = bucket
        self._lock = Lock()
        self._keys: KeysInForce | None = None

    @classmethod
    def open(cls, path: Path, environ: Mapping[str, str]) -> Self:
        """Opens the home at ``path`` and migrates its database. Raises ``HomeError`` or ``keys.KeysError``."""
        home = Home.open(path)
        ring = KeyRing.open(home.keys, passphrase_for(home.keys, environ))
        bucket = open_bucket(home.store_url(environ))
        database = Database(home.database_url(environ))
        try:
            database.refuse_missing()
            upgrade(database)
        except BaseException:
            database.dispose()
            raise
        return cls(home, database, ring, bucket)

    @classmethod
    def create(cls, path: Path, config: Config, environ: Mapping[str, str]) -> Self:
        """Makes a home: keys, database, and the first log entries, which introduce the keys and the operator."""
        Home.create(path, config, lambda home: fill_home(home, environ))
        return cls.open(path, environ)

    def keys_in_force(self, session: Session) -> KeysInForce:
        """The signers and the trust list as ``session`` sees them."""
        newest = session.connection().execute(_NEWEST_KEY_ENTRY).one_or_none()
        if newest is None:
            raise HomeError("the database has no log: name this home's own in CARBONLABEL_DATABASE_URL")
        as_of, leaf = newest
        with self._lock:
            # The leaf too: what a transaction that then failed had written may stand at the same index otherwise.
            if self._keys is None or (self._keys.as_of, self._keys.leaf) != (as_of, leaf):
                entries = key_entries(session)
                self._keys = KeysInForce(
                    as_of,
                    leaf,
                    trust_list(entries, self.config),
                    self.ring.signer(active_kid(entries, KeyUse.RECORD)),
                    self.ring.signer(active_kid(entries, KeyUse.LABEL)),
                    member_keys(entries),
                )
            return self._keys

    def trust(self) -> TrustList:
        """``trust.json`` as of now."""
        with self.database.reading() as session:
            return self.keys_in_force(session).trust

    def log_writer(self, session: Session, now: datetime) -> LogWriter:
        """A writer that appends in the write transaction of ``session``, signed by the record key in force.

        Raises ``DatabaseTooOld`` for a database restored from a backup that the public log has left behind, and
        ``LogOutOfReach`` when that cannot be told.
        """
        seen = session.connection().info
        if _UP_TO_DATE not in seen:  # once a connection: no backup can take a database's place under one
            self._check_age(session)
            seen[_UP_TO_DATE] = True
        return LogWriter(session, self.keys_in_force(session).record, now)

    def _check_age(self, session: Session) -> None:
        try:
            public = published_size(self.store())
        except StoreError as problem:
            raise LogOutOfReach(
                "the public log is out of reach, so nothing was appended: {problem}", problem=problem
            ) from problem
        if public > (size := log_size(session)):
            raise DatabaseTooOld(
                f"the public log has {public} entries, this database {size}: it was restored from an older backup. "
                "Restore a newer one; nothing was changed"
            )

    def store(self) -> Store:
        """The public store: the bucket that is configured, else the home's folder."""
        return self._bucket or FolderStore(self.home.public)

    def close(self) -> None:
        """Closes the database."""
        self.database.dispose()


def utc_now() -> datetime:
    """The clock of the shell: now, in UTC."""
    return datetime.now(UTC)


def fill_home(home: Home, environ: Mapping[str, str]) -> None:
    """Puts the keys into a new home, the tables into its database, unless they are there, and begins the log."""
    if not environ.get("CARBONLABEL_PASSPHRASE"):
        make_passphrase(home.keys)
    ring = KeyRing.create(home.keys, passphrase_for(home.keys, environ))
    database = Database(home.database_url(environ))
    try:
        upgrade(database)
        _begin_log(home.config, database, ring, utc_now())
    finally:
        database.dispose()


def _begin_log(config: Config, database: Database, ring: KeyRing, now: datetime) -> None:
    signers = {use: ring.generate(use) for use in ONLINE_USES}
    with database.writing() as session:
        if log_size(session):
            raise HomeError(
                "the database has a log already, another home's or that of an init that was interrupted: name an "
                "empty one; nothing was changed"
            )
        writer = LogWriter(session, signers[KeyUse.RECORD], now)
        for use, signer in signers.items():
            introduce(writer, use, signer, now)
            noted(session, now, Step(Did.CREATED, f"key/{signer.kid}"))
        join(session, writer, Member(id=OPERATOR, name={"en": config.name}, kind=MemberKind.OPERATOR), now)
        writer.flush()
