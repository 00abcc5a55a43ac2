"""What is to be said of each label that a bundle holds, at a given moment: status, dates and keys as they are then."""

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from keys import KeyState, KeyWindow, TrustList
from schemas.entry import RecordStatus
from schemas.label import day_number
from schemas.status_list import status_code
from schemas.verdict import VerdictCode
from verifier.bulk.labels import Labels

OUTCOMES = (
    (VerdictCode.VALID, "active"),
    (VerdictCode.SUPERSEDED, "newer-declaration"),
    (VerdictCode.EXPIRED, "past-expiry"),
    (VerdictCode.SUSPENDED, "suspended"),
    (VerdictCode.WITHDRAWN, "withdrawn"),
    (VerdictCode.MISMATCH, "other-product"),
    (VerdictCode.MISMATCH, "expectation-unreadable"),
    (VerdictCode.UNLOGGED, "issued-in-the-future"),
    (VerdictCode.FORGED, "record-key-compromised"),
    (VerdictCode.FORGED, "key-retired"),
    (VerdictCode.FORGED, "key-compromised"),
    (VerdictCode.UNKNOWN_KEY, "key-not-trusted"),
)
"""The outcomes that a label of the bundle can have, each by its number: the later, the worse."""

(
    VALID,
    SUPERSEDED,
    EXPIRED,
    SUSPENDED,
    WITHDRAWN,
    OTHER_PRODUCT,
    EXPECTATION_UNREADABLE,
    IN_THE_FUTURE,
    RECORD_KEY_COMPROMISED,
    KEY_RETIRED,
    KEY_COMPROMISED,
    KEY_UNKNOWN,
) = range(len(OUTCOMES))

UNDECIDED = 255
"""A row of which nothing is said here: its text goes to ``judge``."""

Outcomes = npt.NDArray[np.uint8]
_STANDINGS = {
    RecordStatus.SUPERSEDED: SUPERSEDED,
    RecordStatus.SUSPENDED: SUSPENDED,
    RecordStatus.WITHDRAWN: WITHDRAWN,
}


def outcomes_at(labels: Labels, trust: TrustList, statuses: bytes, now: datetime) -> Outcomes:
    """The outcome of every row at ``now``, as ``judge`` gives it. ``statuses`` is packed (``schemas.status_list``)."""
    today = day_number(now.astimezone(UTC).date())
    outcomes = np.full(len(labels), VALID, np.uint8)
    held = _statuses_of(labels, statuses)
    # The steps of ``judge``, last first: what comes later here is worse, and stays.
    for status, outcome in _STANDINGS.items():
        if status is RecordStatus.SUSPENDED:
            outcomes[labels.expires < today] = EXPIRED
        outcomes[held == status_code(status)] = outcome
    outcomes[labels.issued > today] = IN_THE_FUTURE
    _by_key(outcomes, labels.signers[labels.own], trust.record_keys(), labels)
    _by_label_key(outcomes, trust.label_keys(), labels)
    outcomes[labels.own < 0] = UNDECIDED
    return outcomes


def _statuses_of(labels: Labels, statuses: bytes) -> npt.NDArray[np.uint8]:
    packed = np.frombuffer(statuses, np.uint8)
    return packed[labels.records >> 2] >> ((labels.records & 3) << 1).astype(np.uint8) & np.uint8(3)


def _by_key(outcomes: Outcomes, signers: npt.NDArray[np.uint64], keys: dict[str, KeyWindow], labels: Labels) -> None:
    """Rows whose record was not signed by a key that was good for it."""
    good = np.zeros(len(labels), bool)
    for kid, window in keys.items():
        until = np.iinfo(np.int64).max if window.until is None else window.until
        good |= (signers == int(kid, 16)) & (labels.records >= window.first) & (labels.records < until)
    outcomes[~good] = RECORD_KEY_COMPROMISED


def _by_label_key(outcomes: Outcomes, keys: dict[str, KeyWindow], labels: Labels) -> None:
    """Rows whose label is by a key that is not known, or was not good for the record."""
    known = np.zeros(len(labels), bool)
    for kid, window in keys.items():
        of_key = labels.kids == int(kid, 16)
        known |= of_key
        if window.until is not None:
            late = KEY_COMPROMISED if window.state is KeyState.COMPROMISED else KEY_RETIRED
            outcomes[of_key & (labels.records >= window.until)] = late
    outcomes[~known] = KEY_UNKNOWN
