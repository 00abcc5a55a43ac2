"""The published labels laid out for comparison, and what the log, as it is now, says of each.

The snapshot may be older than the log; verdicts may not. So a label is decided here only if nothing was written about
its record since: all else is judged one by one. Statuses come from the bundle, dates and keys are those of the moment.

The bundle is the registry's own, as it published it: checked against its roots, its hashes and the database's
checkpoint. It is read anew, in the background, when the log has grown, and for a tenth of the time at most. A process
holds about 370 bytes for each label, 200 more for each that was scanned, and 1,000 while it reads.
"""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from threading import Lock, Thread

import numpy as np
import pyarrow as pa
from msgspec import Struct, field
from sqlalchemy import text

from keys import TrustList
from registry.bundle.repository import TARGETS, TIMESTAMP, Published, Repository
from registry.bundle.roles import read_roots
from registry.database.tables import CheckpointRow
from registry.registry import Registry, utc_now
from registry.store import Store
from registry.verification.online import OnlineVerifier
from registry.web.counters import count_verdicts
from schemas.entry import EntryType
from schemas.shard import SHARD_WIDTH, Shard, shard_name
from schemas.status_list import decode
from schemas.tlog import Checkpoint
from verifier.bulk import Texts
from verifier.bulk.batch import BatchJudge
from verifier.bulk.files.encode import LineForm
from verifier.bulk.files.tails import Tails
from verifier.bulk.judging import Judging
from verifier.bulk.snapshot import Snapshot
from verifier.bulk.standing import UNDECIDED, Outcomes, outcomes_at
from verifier.bundle.targets import CHECKPOINT, STATUS

_LOG = logging.getLogger("carbonlabel.verification")
_SIZE = text('select max("index") from log_entry')
_SINCE = text('select "index", typ, about from log_entry where "index" >= :seen and (about is not null or typ = :key)')
_SHORTEST_PAUSE = 2.0
_PAUSE_FOR_WORK = 9.0
"""Seconds of pause for each second of reading."""


class Laid(Struct, frozen=True):
    """A published bundle of a log of ``size`` entries; ``timestamp`` are its timestamp's exact bytes."""

    timestamp: bytes
    size: int
    statuses: bytes
    snapshot: Snapshot
    _tails: dict[LineForm, Tails] = field(default_factory=dict)

    def tails(self, form: LineForm) -> Tails:
        """What writes its labels in this form: always the same, so that each label's line is made once."""
        if form not in self._tails:
            self._tails.setdefault(form, Tails(self.snapshot, form))
        return self._tails[form]


_NOTHING = Laid(b"", 0, b"", Snapshot(()))


class NotOurs(Exception):
    """What lies in the public store is not what this registry has published last."""


def lay_out_published(registry: Registry, now: datetime, before: bytes = b"") -> Laid | None:
    """The published bundle; None while there is none, or if its timestamp is still ``before``.

    Raises ``NotOurs``, ``BundleFault``, ``StoreError`` or ``OSError``.
    """
    store = registry.store()
    if store.get(TIMESTAMP) in (None, before):
        return None
    published = Repository(store).read(read_roots(registry)[::-1], now)
    if published is None:
        return None
    note = _target(store, published, CHECKPOINT)
    size = Checkpoint.parse(note.decode().rpartition("\n\n")[0] + "\n").size
    with registry.database.reading() as session:
        row = session.get(CheckpointRow, size)
    if row is None or row.note != note:
        raise NotOurs(f"the published checkpoint of size {size} is not one of the database")
    shards = [Shard(_target(store, published, shard_name(first))) for first in range(0, size, SHARD_WIDTH)]
    statuses = decode(_target(store, published, STATUS), size)
    return Laid(published.timestamp_data, size, statuses, Snapshot(shards))


def _target(store: Store, published: Published, name: str) -> bytes:
    target = published.targets.targets.get(name)
    if target is None:
        raise NotOurs(f"{name} is not in the published bundle")
    (path,) = target.get_prefixed_paths()
    data = store.get(f"{TARGETS}/{path}")
    if data is None or sha256(data).hexdigest() != target.hashes["sha256"]:
        raise NotOurs(f"{name} is not what was published")
    return data


class LiveSnapshot:
    """Judges columns of labels against the registry at work. Threads may share it."""

    def __init__(self, registry: Registry, online: OnlineVerifier) -> None:
        self._registry = registry
        self._online = online
        self._connection = registry.database.watching()
        self._lock = Lock()
        self._standing: _Standing | None = None
        self._reader: Thread | None = None
        self._not_before = 0.0
        self._closed = False

    def written(self, form: LineForm, first: int, texts: Texts, expect: pa.Array | None, now: datetime) -> bytes:
        """A line for each text, the first with the number ``first``: its verdict, as new as the last commit."""
        judging = Judging(lambda label, wanted: self._online.verify(label, now, wanted))
        laid, outcomes = self._decided(now)
        judged = BatchJudge(laid.snapshot, outcomes, judging).judged(texts, expect)
        count_verdicts("batch", judged.counts())
        return laid.tails(form).written(judged, first)

    @property
    def size(self) -> int:
        """The size of the log that the labels held are of; 0 while none are."""
        standing = self._standing
        return 0 if standing is None else standing.laid.size

    def close(self) -> None:
        """Gives the connection back."""
        with self._lock:
            self._closed = True
            self._connection.close()

    def _decided(self, now: datetime) -> tuple[Laid, Outcomes]:
        """What is laid out, and for each of its rows the outcome at ``now`` or ``UNDECIDED``."""
        with self._lock:
            newest = self._connection.execute(_SIZE).scalar()
            size = 0 if newest is None else newest + 1
            standing = self._standing
            if standing is None or standing.laid.size != size:
                self._read_anew()
            if standing is None or size < standing.seen:
                return _NOTHING, np.empty(0, np.uint8)
            if size > standing.seen or standing.day != _day(now):
                self._bring_up(standing, size, now)
            return standing.laid, standing.outcomes

    def _bring_up(self, standing: "_Standing", size: int, now: datetime) -> None:
        """Takes in what was written since, and the day."""
        since = self._connection.execute(_SINCE, {"seen": standing.seen, "key": EntryType.KEY}).all()
        touched = [about for _, _, about in since if about is not None]
        if standing.day != _day(now) or any(typ == EntryType.KEY for _, typ, _ in since):
            standing.judge(self._trust(), now)
        standing.leave_open(touched)
        standing.seen = size

    def _trust(self) -> TrustList:
        with self._registry.database.reading() as session:
            return self._registry.keys_in_force(session).trust

    def _read_anew(self) -> None:
        """Begins to read the bundle, unless that is being done, or was done just now."""
        if self._reader is None and time.monotonic() >= self._not_before:
            self._reader = Thread(target=self.read, name="snapshot", daemon=True)
            self._reader.start()

    def read(self) -> None:
        """Takes the published bundle, if it is another; whatever is wrong with it is logged, and changes nothing."""
        began, before = time.monotonic(), self._standing
        standing = None
        try:
            now = utc_now()
            laid = lay_out_published(self._registry, now, b"" if before is None else before.laid.timestamp)
            standing = None if laid is None else _Standing(laid, self._trust(), now)
        except Exception as problem:
            if not self._closed:
                _LOG.warning("batches are judged one by one: the published bundle cannot be read: %s", problem)
        with self._lock:
            self._standing = standing or self._standing
            ended = time.monotonic()
            self._not_before = ended + max(_SHORTEST_PAUSE, _PAUSE_FOR_WORK * (ended - began))
            self._reader = None


class _Standing:
    """The outcome of each label of a bundle as of a day, of keys, and of the log's first ``seen`` entries."""

    def __init__(self, laid: Laid, trust: TrustList, now: datetime) -> None:
        self.laid = laid
        self.seen = laid.size
        self._open: list[int] = []
        self.judge(trust, now)

    def judge(self, trust: TrustList, now: datetime) -> None:
        """Judges all rows at ``now`` under ``trust``, but those left open."""
        self.day = _day(now)
        self.outcomes = outcomes_at(self.laid.snapshot.labels, trust, self.laid.statuses, now)
        self._mark(self._open)

    def leave_open(self, records: Sequence[int]) -> None:
        """Nothing is said of these records any more."""
        self._open += records
        self._mark(records)

    def _mark(self, records: Sequence[int]) -> None:
        if len(records):
            self.outcomes[np.isin(self.laid.snapshot.labels.records, np.array(records))] = UNDECIDED


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
