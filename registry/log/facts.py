"""The log at hand, online: what ``judge`` asks, answered from the registry's own tables.

What a record says never changes, whether it still stands does, and each such change is itself a log entry that names
the record. So facts are kept, and ``refresh``, before each judgement, looks only at the entries since the last one.
"""

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Any

import msgspec
from sqlalchemy import Row, text
from sqlmodel.sql.sqltypes import UTCDateTime

from keys import split_compact
from registry.database.database import Database
from registry.members.keys import MemberKey, member_keys
from schemas.entry import EntryType, KeyEntry, RecordStatus
from schemas.text import Text
from schemas.verdict import Freshness, LogPosition, Product, StatusChange
from verifier.log import RecordFacts

_KEPT = 100_000
_SIZE = 'select max("index") from log_entry'
_CHANGED = text('select about from log_entry where "index" >= :seen and (about is not null or typ = :key)')
_KEYS = text('select jws from log_entry where typ = :key order by "index"')
_RECORD = text(
    "select claims, key_path, name, owner_name, standing, standing_reason, standing_at, superseded_by, signed_by, jws "
    'from record join log_entry using ("index") where "index" = :record'
).columns(standing_at=UTCDateTime())
_MINTED = text("select 1 from label where record = :record and path = :path")
_STANDINGS = {"withdrawn": RecordStatus.WITHDRAWN, "suspended": RecordStatus.SUSPENDED}


class DatabaseLog:
    """A ``verifier.LogAtHand`` over the registry's tables. Threads may share it."""

    freshness: Freshness | None = Freshness.ONLINE

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.watching()
        self._lock = Lock()
        self._size = 0
        self._facts: OrderedDict[int, RecordFacts] = OrderedDict()
        self._keys: dict[str, MemberKey] | None = None
        """The members' own keys; None: not looked up since the last one came or went."""

    def refresh(self) -> bool:
        """Looks whether the log has grown, and if so forgets the facts that new entries have changed."""
        with self._lock:
            newest = self._connection.number(_SIZE)
            size = 0 if newest is None else newest + 1
            if size == self._size:
                return False
            for (record,) in self._connection.execute(_CHANGED, {"seen": self._size, "key": EntryType.KEY}):
                if record is None:  # a key came or went: whose signatures count may be otherwise for any record
                    self._facts.clear()
                    self._keys = None
                else:
                    self._facts.pop(record, None)
            self._size = size
            return True

    def position(self, now: datetime) -> LogPosition:
        """The log's size when last refreshed; ``now`` is taken as the time of that."""
        return LogPosition(self._size, now)

    def record(self, index: int) -> RecordFacts | None:
        """The record at ``index``; None when the log has no declaration there."""
        with self._lock:
            facts = self._facts.get(index)
            if facts is not None or not self.holds(index):
                return facts
            row = self._connection.execute(_RECORD, {"record": index}).one_or_none()
            if row is None:
                return None
            facts = self._facts[index] = _facts_of(row, self._is_signed(index, row.signed_by))
            if len(self._facts) > _KEPT:
                self._facts.popitem(last=False)
            return facts

    def holds(self, index: int) -> bool:
        """Whether the log has an entry at ``index``."""
        return 0 <= index < self._size

    def minted(self, index: int, path: str) -> bool:
        """Whether a label of the record at ``index`` was minted for ``path``."""
        with self._lock:
            row = self._connection.execute(_MINTED, {"record": index, "path": path}).one_or_none()
        return row is not None

    def _is_signed(self, record: int, kid: str | None) -> bool:
        """Whether the record's owner signed it with ``kid``, and that key is good for it."""
        if kid is None:
            return False
        if self._keys is None:
            entries = self._connection.execute(_KEYS, {"key": EntryType.KEY}).all()
            self._keys = member_keys(
                [msgspec.json.decode(split_compact(jws).payload, type=KeyEntry) for (jws,) in entries]
            )
        return kid in self._keys and self._keys[kid].window.covers(record)

    def close(self) -> None:
        """Gives the connection back."""
        self._connection.close()


def _facts_of(row: Row[Any], signed: bool) -> RecordFacts:
    status = _STANDINGS.get(row.standing)
    if status is None:
        status = RecordStatus.ACTIVE if row.superseded_by is None else RecordStatus.SUPERSEDED
    changed = row.standing_reason is not None and row.standing_at is not None
    return RecordFacts(
        claims=row.claims,
        key_path=row.key_path,
        product=Product(msgspec.json.decode(row.name, type=Text), row.owner_name),
        signer=split_compact(row.jws).header.kid,
        status=status,
        change=StatusChange(row.standing_reason, row.standing_at) if changed else None,
        superseded_by=row.superseded_by,
        signed_by_member=signed,
    )
