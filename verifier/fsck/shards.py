"""The bundle's shards: every row as it follows from the log, none missing, none too many."""

from collections.abc import Iterator
from itertools import chain

from msgspec import Struct

from keys import KeyState
from schemas.label import encode_token
from schemas.shard import SHARD_WIDTH, Shard, ShardError, ShardRow, shard_name
from verifier.fsck.fault import Fault, FaultCode
from verifier.fsck.labels import WrongLabel, check_label, ended_before
from verifier.fsck.record import shown_digest
from verifier.fsck.replay import LabelsState, Moment, Replay
from verifier.fsck.signatures import Signatures

Key = tuple[int, str, int]
"""Record, path, and the entry that minted the label: what rows are ordered by."""

_MOST_OWN, _MOST_LATER = 70_000, 1_000
"""Bytes of a row at most: names and owner come from an entry; path and token have at most 255."""


class Due(Struct, frozen=True, gc=False):
    """A row that there must be: who signed its entry, and for a record's own label the digest of what is shown."""

    signer: str
    shown: bytes | None


def most_bytes(due: dict[Key, Due]) -> int:
    """How long a shard with these rows can be."""
    return 4096 + sum(_MOST_LATER if row.shown is None else _MOST_OWN for row in due.values())


class Shards:
    """Compares shards with a log that has been replayed, as it was at ``moment``."""

    def __init__(self, replay: Replay, moment: Moment, faults: list[Fault], signatures: Signatures) -> None:
        self._replay = replay
        self._moment = moment
        self._faults = faults
        self._signatures = signatures
        self._labels: dict[int, list[tuple[int, LabelsState]]] = {}
        for entry, labels in replay.labels.items():
            self._labels.setdefault(entry // SHARD_WIDTH, []).append((entry, labels))
        self._last: dict[tuple[int, str], int] | None = None

    def due(self, first: int, until: int) -> dict[Key, Due]:
        """The rows of the entries from ``first`` to below ``until``."""
        rows: dict[Key, Due] = {}
        for index in range(first, until):
            if (record := self._replay.records.get(index)) is not None:
                rows[index, record.key_path, index] = Due(record.signer, record.shown)
        for entry, labels in self._labels.get(first // SHARD_WIDTH, ()):
            if entry < until:
                rows |= {(labels.record, path, entry): Due(labels.signer, None) for path in labels.paths}
        return rows

    def compare(self, data: bytes, first: int, until: int, due: dict[Key, Due]) -> None:
        """Compares the shard ``data`` of this range with the rows that are ``due``."""
        name = shard_name(first)
        try:
            shard = Shard(data)
        except ShardError as problem:
            self._say(FaultCode.BUNDLE_SHARD, name, str(problem))
            return
        if (shard.first, shard.end, shard.until) != (first, first + SHARD_WIDTH, until):
            said = f"it is from {shard.first} to {shard.end}, read until {shard.until}, and not until {until}"
            self._say(FaultCode.BUNDLE_SHARD, name, said)
        missing, before = dict(due), (-1, "", -1)
        for row in self._rows(shard, name):
            key = (row.record, row.path, row.entry)
            if key <= before:
                self._say(FaultCode.BUNDLE_SHARD, name, f"{_label(key)} is not in the order of rows")
            before = key
            row_due = missing.pop(key, None)
            if row_due is not None:
                self._compare(row, row_due, name)
            elif key not in due:  # one that is there twice is not in order either
                self._say(FaultCode.BUNDLE_LABEL, name, f"{_label(key)} was never logged")
        for key in sorted(missing):
            self._say(FaultCode.BUNDLE_LABEL, name, f"{_label(key)} is not there")

    def _rows(self, shard: Shard, name: str) -> Iterator[ShardRow]:
        for position in range(len(shard)):
            try:
                yield shard.at(position)
            except ShardError as problem:
                self._say(FaultCode.BUNDLE_SHARD, name, str(problem))

    def _compare(self, row: ShardRow, due: Due, name: str) -> None:
        """Compares one row with what it must be."""
        label = _label((row.record, row.path, row.entry))
        if row.signer != due.signer:
            said = f"{label} is said to be of an entry signed by {row.signer}, and that was {due.signer}"
            self._say(FaultCode.BUNDLE_LABEL, name, said)
        if not _shows(row, due):
            self._say(FaultCode.BUNDLE_LABEL, name, f"{label} has another product's or owner's name than the record")
        keys, claims = self._moment.keys, self._replay.records[row.record].claims
        fault = _fault(FaultCode.BUNDLE_LABEL, name, f"{label} is not signed by its key")
        origin, text = self._replay.origin, row.text(self._replay.origin)
        try:
            token = check_label(text, row.path, claims, origin, keys, self._signatures, fault)
            if encode_token(token) != row.token:
                raise WrongLabel("its token is not written as one")
        except WrongLabel as problem:
            self._say(FaultCode.BUNDLE_LABEL, name, f"{label}: {problem}")
            return
        ended = ended_before(keys, token.kid, row.record)
        if ended is not None and not self._minted_again(row, ended):
            said = f"{label} is signed by {token.kid}, a label key {ended} from before that record"
            self._say(FaultCode.BUNDLE_LABEL, name, said)

    def _minted_again(self, row: ShardRow, ended: KeyState) -> bool:
        """Whether a later entry minted the label anew after its key was compromised: a full shard keeps the old one."""
        if self._last is None:
            later = ((entry, labels) for entry, labels in chain.from_iterable(self._labels.values()))
            self._last = {
                (labels.record, path): entry
                for entry, labels in later
                if entry < self._moment.size
                for path in labels.paths
            }
        return ended is KeyState.COMPROMISED and self._last.get((row.record, row.path), -1) > row.entry

    def _say(self, code: FaultCode, name: str, sentence: str) -> None:
        self._faults.append(_fault(code, name, sentence))


def _shows(row: ShardRow, due: Due) -> bool:
    """Whether a row has the names that it must have: those of the record in its own label, in others none."""
    if due.shown is None:
        return not row.name and not row.owner
    try:
        return shown_digest(row.names, row.owner) == due.shown
    except ShardError:
        return False


def _label(key: Key) -> str:
    return f"the label of record {key[0]} for {key[1]}, minted by entry {key[2]},"


def _fault(code: FaultCode, name: str, sentence: str) -> Fault:
    return Fault(code, f"bundle: {name}", sentence)
