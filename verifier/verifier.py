"""The verifier that a relying party holds: a bundle opened once, then any number of labels."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

from keys import TrustList
from schemas.verdict import Freshness, Verdict
from verifier.bundle import Bundle, NotWitnessedError, StaleBundleError, is_synced, open_bundle, open_trust
from verifier.judge import TrustedKeys, judge
from verifier.log import LogAtHand, NoLog
from verifier.witness.policy import NO_WITNESSES, WitnessPolicy

if TYPE_CHECKING:  # of the extra "bulk"
    import pyarrow as pa

    from verifier.bulk.bulk import Bulk
    from verifier.bulk.snapshot import Snapshot


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Verifier:
    """Judges labels against one registry's keys and the log at hand.

    ``now`` is asked at each label, so a verifier may live for days: the bundle's freshness is told as it is then.
    """

    def __init__(self, trust: TrustList, log: LogAtHand, now: Callable[[], datetime] = _utc_now) -> None:
        self.trust = trust
        self.bundle: Bundle | None = None
        self._keys = TrustedKeys(trust)
        self._log = log
        self._now = now
        self.folder: Path | None = None
        self._max_age: timedelta | None = None
        self._snapshot: Snapshot | None = None
        self._lock = Lock()

    @classmethod
    def open(
        cls,
        bundle: str | PathLike[str],
        max_age: timedelta | None = None,
        now: Callable[[], datetime] = _utc_now,
        *,
        witnesses: WitnessPolicy = NO_WITNESSES,
    ) -> Self:
        """The verifier of the bundle in folder ``bundle``. Raises ``BundleError``, which says what to do.

        A bundle of ``trust.json`` alone has no log: a good signature then gives ``unlogged``, never ``valid``. With
        ``max_age``, a bundle signed longer ago than that, or past its expiry, is a ``StaleBundleError``, here and at
        each ``verify``; without, only ``freshness`` in the verdict tells. The log's checkpoint must be cosigned as the
        registry's root asks, and as ``witnesses`` do: else ``NotWitnessedError``.
        """
        folder = Path(bundle)
        if not is_synced(folder):
            if witnesses.threshold:
                raise NotWitnessedError("a bundle of trust.json alone has no checkpoint to be cosigned: sync one")
            verifier = cls(open_trust(folder), NoLog(), now)
        else:
            opened = open_bundle(folder, now(), witnesses)
            verifier = cls(opened.trust, opened.log(now()), now)
            verifier.bundle, verifier.folder = opened, folder
        verifier._max_age = max_age
        verifier._log_at(now())
        return verifier

    def verify(self, label: str, expect: str | None = None) -> Verdict:
        """The verdict on ``label``; ``expect`` is the GTIN or GLN that it should be for. Never raises for any text."""
        return self.at(self._now())(label, expect)

    def at(self, now: datetime) -> Callable[[str, str | None], Verdict]:
        """``verify`` at one moment, for many labels."""
        keys, log = self._keys, self._log_at(now)
        return lambda label, expect: judge(label, keys=keys, log=log, now=now, expect=expect)

    def bulk(self) -> "Bulk":
        """For columns of labels, all judged now; a context manager. Raises ``BulkNotInstalled`` without the extra."""
        return _bulk()(self, self._now())

    def verify_batches(self, batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        """The verdicts on Arrow record batches: for each, with a column ``label`` and perhaps ``expect``, a batch with
        the columns ``line, verdict, reason, gtin, record, footprint, unit, per``, a row for each label, in order.

        Lines are counted from 1 through all batches. Raises ``BulkNotInstalled`` without the extra.
        """
        with self.bulk() as bulk:
            yield from bulk.batches(batches)

    @property
    def snapshot(self) -> "Snapshot":
        """The bundle's labels laid out for comparison: made once, in about half a second for a million labels."""
        with self._lock:
            if self._snapshot is None:
                from verifier.bulk.snapshot import Snapshot

                self._snapshot = Snapshot(() if self.bundle is None else self.bundle.shards)
            return self._snapshot

    def _log_at(self, now: datetime) -> LogAtHand:
        """The log at hand, with its freshness at ``now``. Raises ``StaleBundleError`` if too old for the caller."""
        if self._max_age is not None:
            _check_age(self.bundle, self._max_age, now)
        return self._log if self.bundle is None else self.bundle.log(now)


class BulkNotInstalled(ImportError):
    """Judging in bulk needs packages that a plain installation does not bring."""


def _bulk() -> "type[Bulk]":
    try:
        from verifier.bulk.bulk import Bulk
    except ModuleNotFoundError as missing:
        raise BulkNotInstalled("judging in bulk needs an extra: pip install 'carbonlabel[bulk]'") from missing
    return Bulk


def _check_age(bundle: Bundle | None, max_age: timedelta, now: datetime) -> None:
    if bundle is None:
        raise StaleBundleError("a bundle of trust.json alone has no age: make one with `carbonlabel sync`")
    if bundle.freshness(now) is Freshness.EXPIRED:
        raise StaleBundleError(f"the bundle expired at {bundle.expires:%Y-%m-%d %H:%M} UTC: sync it")
    if now - bundle.signed_at > max_age:
        raise StaleBundleError(f"the bundle was signed at {bundle.signed_at:%Y-%m-%d %H:%M} UTC, too long ago: sync it")
