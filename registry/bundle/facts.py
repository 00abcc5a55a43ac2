"""What a bundle says of a log of some size, read from the database.

A pure function of the log's first ``size`` entries: whatever was written behind them does not show, although the tables
it is read from have gone on. Each function reads one state of the database, and holds no lock for longer than it takes.
"""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import bindparam, text
from sqlmodel import Session

from keys import JwsHeader, TrustList, split_compact
from keys.base64url import decode as from_base64url
from registry.bundle.fault import BundleFault
from registry.database.database import Database
from registry.home import Config
from registry.log.keys import trust_list
from registry.members.keys import member_keys
from schemas.entry import EntryType, KeyEntry, LabelsEntry, RecordStatus, StatusEntry, StatusEvent
from schemas.shard import SHARD_WIDTH, ShardRow, encode_shard
from schemas.status_list import encode, status_code

_KEYS = text('select jws from log_entry where typ = :typ and "index" < :size order by "index"')
_RECORDS = text(
    'select record."index", key_path, name, owner_name, label.text, substr(jws, 1, 1000) from record '
    'join label on label.record = record."index" and label.path = record.key_path '
    'join log_entry on log_entry."index" = record."index" '
    'where record."index" >= :first and record."index" < :until'
)
_LABELS = text('select "index", jws from log_entry where typ = :typ and "index" >= :first and "index" < :until')
_TEXTS = text("select path, text from label where record = :record and path in :paths").bindparams(
    bindparam("paths", expanding=True)
)
_CHANGED = text(
    'select "index", standing, superseded_by from record '
    "where \"index\" < :size and (standing <> 'active' or superseded_by is not null)"
)
_LATER = text('select distinct about from log_entry where "index" >= :size and typ = :typ and about < :size')
_LAST_EVENT = text(
    'select jws from log_entry where typ = :typ and about = :record and "index" < :size order by "index" desc limit 1'
)
_SIGNED = text('select "index", signed_by from record where signed_by is not null and "index" < :size')
_READ_AT_ONCE = 500
_HAPPENED = {
    StatusEvent.SUSPENDED: RecordStatus.SUSPENDED,
    StatusEvent.WITHDRAWN: RecordStatus.WITHDRAWN,
    StatusEvent.REINSTATED: RecordStatus.ACTIVE,
}


def trust_of(database: Database, config: Config, size: int) -> TrustList:
    """Whom to trust, as of the first ``size`` entries."""
    with database.reading() as session:
        return trust_list(_key_entries(session, size), config)


def _key_entries(session: Session, size: int) -> list[KeyEntry]:
    rows = session.connection().execute(_KEYS, {"typ": EntryType.KEY, "size": size})
    return [msgspec.json.decode(split_compact(jws).payload, type=KeyEntry) for (jws,) in rows]


def status_list_of(database: Database, size: int) -> bytes:
    """The compressed status list of the first ``size`` indexes."""
    codes = bytearray(size)
    with database.reading() as session:
        connection = session.connection()
        later = {record for (record,) in connection.execute(_LATER, {"size": size, "typ": EntryType.STATUS})}
        standings = dict.fromkeys(later, RecordStatus.ACTIVE)
        superseded = set()
        for record, standing, superseded_by in connection.execute(_CHANGED, {"size": size}):
            standings[record] = RecordStatus(standing)
            if superseded_by is not None and superseded_by < size:
                superseded.add(record)
        standings |= {record: _standing_at(session, record, size) for record in later}
    for record, standing in standings.items():
        if standing is RecordStatus.ACTIVE and record in superseded:
            standing = RecordStatus.SUPERSEDED
        codes[record] = status_code(standing)
    return encode(codes)


def signed_list_of(database: Database, size: int) -> bytes:
    """Which of the first ``size`` entries are records with their owner's signature, by a key that is good for them."""
    signed = bytearray(size)
    with database.reading() as session:
        keys = member_keys(_key_entries(session, size))
        for record, kid in session.connection().execute(_SIGNED, {"size": size}):
            signed[record] = kid in keys and keys[kid].window.covers(record)
    return encode(signed)


def shard_of(database: Database, first: int, size: int) -> bytes:
    """The shard of the range that begins at ``first``, of a log of ``size`` entries. Raises ``BundleFault``."""
    end = first + SHARD_WIDTH
    until = min(end, size)
    with database.reading() as session:
        return encode_shard(first, end, until, [*_own(session, first, until), *_minted(session, first, until)])


def _standing_at(session: Session, record: int, size: int) -> RecordStatus:
    """How a record stood before entry ``size``, when later entries have changed that."""
    query = {"typ": EntryType.STATUS, "record": record, "size": size}
    jws = session.connection().execute(_LAST_EVENT, query).scalar()
    if jws is None:
        return RecordStatus.ACTIVE
    return _HAPPENED[msgspec.json.decode(split_compact(jws).payload, type=StatusEntry).status]


def _own(session: Session, first: int, until: int) -> Iterable[ShardRow]:
    """The labels that declarations minted for their own products and places."""
    rows = session.connection().execute(_RECORDS, {"first": first, "until": until})
    for index, path, name, owner, label, beginning in rows:
        yield ShardRow(index, path, index, _signer(beginning), _token(label), bytes(name), owner)


def _minted(session: Session, first: int, until: int) -> Iterable[ShardRow]:
    """The labels that entries of the range minted for records."""
    query = {"typ": EntryType.LABELS, "first": first, "until": until}
    for index, jws in session.connection().execute(_LABELS, query).all():
        entry = msgspec.json.decode(split_compact(jws).payload, type=LabelsEntry)
        paths, signer = list(dict.fromkeys(entry.paths)), _signer(jws)
        for path, label in _texts(session, entry.record, paths):
            yield ShardRow(entry.record, path, index, signer, _token(label))


def _texts(session: Session, record: int, paths: Sequence[str]) -> Iterable[tuple[str, str]]:
    for start in range(0, len(paths), _READ_AT_ONCE):
        some = list(paths[start : start + _READ_AT_ONCE])
        found = session.connection().execute(_TEXTS, {"record": record, "paths": some}).all()
        if len(found) != len(some):
            raise BundleFault(f"the database lacks labels of record {record} that the log has: restore a backup")
        yield from map(tuple, found)


def _signer(jws: bytes) -> str:
    """The id of the key that signed an entry, from its header, which the first bytes hold."""
    return msgspec.json.decode(from_base64url(bytes(jws).partition(b".")[0]), type=JwsHeader).kid


def _token(label: str) -> bytes:
    """The token's bytes, from the exact text of a label."""
    number = int(label.rpartition("?c=")[2])
    return number.to_bytes((number.bit_length() + 7) // 8)
