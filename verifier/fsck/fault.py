"""What can be wrong with a log, with the files made of it, and with the tables kept beside it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class FaultCode(StrEnum):
    """The kind of a fault; it never changes its name."""

    GAP = "gap"
    """An index of the log has no entry."""
    ENTRY_FORM = "entry-form"
    """An entry is not a compact JWS of the one form."""
    ENTRY_TYP = "entry-typ"
    """An entry is of no kind known, or stored as another kind than it says."""
    ENTRY_LEAF = "entry-leaf"
    """A stored leaf hash is not that of its entry."""
    ENTRY_ABOUT = "entry-about"
    """An entry is stored as being about another record than it says."""
    ENTRY_TIME = "entry-time"
    """An entry is stored with another time than it says."""
    ENTRY_SIGNER = "entry-signer"
    """An entry names a key that the log had not put in force for it."""
    ENTRY_SIGNATURE = "entry-signature"
    """An entry's signature is not good."""
    ENTRY_PAYLOAD = "entry-payload"
    """An entry does not say what its kind must say."""
    RECORD_NUMBER = "record-number"
    """A record names another index than the one it is at."""
    RECORD_CHAIN = "record-chain"
    """A record does not supersede the newest record of its product or place, or its version does not follow."""
    RECORD_FACTS = "record-facts"
    """What a record says of itself does not agree: issuer, subject, parties, dates."""
    STATUS_ILLEGAL = "status-illegal"
    """A status entry for what is no record, or that cannot follow on how the record stood."""
    LABELS_ILLEGAL = "labels-illegal"
    """Labels logged for what is no record, or for another product or place."""
    KEY_ILLEGAL = "key-illegal"
    """A key entry that contradicts the ones before, or itself."""
    MEMBER_ILLEGAL = "member-illegal"
    """An organisation joins twice, or changes or leaves without being in."""
    CHECKPOINT_MISSING = "checkpoint-missing"
    """There is no checkpoint."""
    CHECKPOINT_FORM = "checkpoint-form"
    """A checkpoint cannot be read, or is of another log."""
    CHECKPOINT_SIGNATURE = "checkpoint-signature"
    """A checkpoint is not signed by the log's key."""
    CHECKPOINT_ROOT = "checkpoint-root"
    """A checkpoint's root is not that of the entries."""
    CHECKPOINT_AHEAD = "checkpoint-ahead"
    """A checkpoint counts more entries than there are, or is one that the database does not know."""
    CHECKPOINT_BEHIND = "checkpoint-behind"
    """The published checkpoint is older than the newest one committed: run the sequencer."""
    TILE_MISSING = "tile-missing"
    """A tile is not there."""
    TILE_DIFFERS = "tile-differs"
    """A tile does not hold the hashes of the entries."""
    ENTRIES_MISSING = "entries-missing"
    """An entry bundle is not there."""
    ENTRIES_DIFFER = "entries-differ"
    """An entry bundle cannot be read, or does not hold the entries."""
    FILE_UNEXPECTED = "file-unexpected"
    """A file of the log that no tree of these entries has."""
    FILE_UNREADABLE = "file-unreadable"
    """A file is there and cannot be read."""
    TRUST_DIFFERS = "trust-differs"
    """``trust.json`` says something else of a key than the log's key entries."""
    CASES_ILLEGAL = "cases-illegal"
    """The cases of a year are released a second time."""
    CASES_DATASET = "cases-dataset"
    """The dataset of a release is not there, or its SHA-256 is not the one in the log."""
    KEPT_FORM = "kept-form"
    """The checkpoint that the caller kept cannot be read, or is not signed by a key of this log."""
    KEPT_AHEAD = "kept-ahead"
    """The log is shorter than the checkpoint that the caller kept: it was rolled back."""
    KEPT_FORKED = "kept-forked"
    """The log at the size of the kept checkpoint had another root: it has two histories."""
    MEMBER_SIGNATURE = "member-signature"
    """A record has its owner's signature over something else, by no key of the owner, or lacks it where the owner signs
    all it declares: the registry says what its member did not."""
    DATABASE = "database"
    """A table cannot be read."""
    RECORD_ROW = "record-row"
    """The table of records says something else than the log."""
    LABEL_ROW = "label-row"
    """A label is missing, was never logged, or is not good."""
    DECLARATION_ROW = "declaration-row"
    """The table of declarations says something else of a published one than the log."""
    MEMBER_ROW = "member-row"
    """The table of members says something else than the log."""
    BUNDLE_MISSING = "bundle-missing"
    """There is no bundle where one must be: nobody can sync."""
    BUNDLE_ROOT = "bundle-root"
    """A root of the bundle is missing, not signed by those of the root before it, or not the one pinned."""
    BUNDLE_METADATA = "bundle-metadata"
    """Timestamp, snapshot or targets cannot be read, are not signed as the root asks, or do not belong together."""
    BUNDLE_EXPIRED = "bundle-expired"
    """Metadata is past its expiry, and verifiers refuse it: run the sequencer, or have the root renewed."""
    BUNDLE_TARGET = "bundle-target"
    """A target is missing, not the one that was signed, or one that no bundle has."""
    BUNDLE_CHECKPOINT = "bundle-checkpoint"
    """The bundle's checkpoint is not one of this log."""
    BUNDLE_WITNESSES = "bundle-witnesses"
    """Fewer witnesses than the root asks for have cosigned the bundle's checkpoint."""
    BUNDLE_TRUST = "bundle-trust"
    """The bundle's ``trust.json`` says something else than the log's key entries up to its checkpoint."""
    BUNDLE_STATUS = "bundle-status"
    """``status.bin`` says something else of a record than the log up to the bundle's checkpoint."""
    BUNDLE_SIGNED = "bundle-signed"
    """``signed.bin`` says something else of a record than the log up to the bundle's checkpoint."""
    BUNDLE_SHARD = "bundle-shard"
    """A shard cannot be read, or is of another range."""
    BUNDLE_LABEL = "bundle-label"
    """A label is missing in its shard, was never logged, or is not as the log gives it."""


class Fault(Struct, frozen=True):
    """One thing that is wrong: what kind, where, and in a sentence."""

    code: FaultCode
    place: str
    sentence: str


class BundleSeen(Struct, frozen=True):
    """The bundle that was checked: of a log of ``size`` entries, signed at ``signed_at``, good until ``expires``.

    ``root`` is the version of its newest root. ``trusted_root`` is the SHA-256 of the first one, where that was taken
    as it came because the caller pinned none.
    """

    size: int
    signed_at: datetime
    expires: datetime
    root: int
    trusted_root: str | None


class Report(Struct, frozen=True):
    """All that was found. ``disowned`` counts entries whose key the log later declared compromised from before them:
    the log says so itself, so that is no fault, and no verdict counts on them. ``bundle`` is None where none could be
    checked: none is published yet, or its faults say why."""

    faults: tuple[Fault, ...]
    entries: int
    records: int
    disowned: int = 0
    bundle: BundleSeen | None = None
