"""The log at hand: the seam between ``judge`` and wherever the log's facts come from.

The registry's own tables, a synced bundle and a test each give the same few facts, and get the same verdicts.
"""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from schemas.entry import RecordStatus
from schemas.verdict import Freshness, LogPosition, Product, StatusChange


class RecordFacts(Struct, frozen=True):
    """What the log says of one record. ``claims`` is the exact payload that every label of the record carries
    (``schemas.entry.claims_of``), ``key_path`` the GS1 path of the product or place itself, ``signer`` the id of the
    record key that signed the entry.

    ``status`` is ``superseded`` when a newer declaration exists, unless the record is withdrawn or suspended;
    ``superseded_by`` names that record in each case. ``signed_by_member``: whether the record carries its owner's own
    signature, by a key that is good for it; None: not known.
    """

    claims: bytes
    key_path: str
    product: Product
    signer: str
    status: RecordStatus = RecordStatus.ACTIVE
    change: StatusChange | None = None
    superseded_by: int | None = None
    signed_by_member: bool | None = None


class LogAtHand(Protocol):
    """What ``judge`` asks of a log."""

    freshness: Freshness | None

    def position(self, now: datetime) -> LogPosition | None:
        """The log's size and the time it was seen at; None where there is no log at hand."""
        ...

    def record(self, index: int) -> RecordFacts | None:
        """The record at ``index``; None when the log at hand has no such entry, or it is not a declaration."""
        ...

    def holds(self, index: int) -> bool:
        """Whether the log at hand has an entry at ``index``, of any kind."""
        ...

    def minted(self, index: int, path: str) -> bool:
        """Whether the log says that a label of the record at ``index`` was minted for ``path``, below class level."""
        ...


class NoLog:
    """No log at hand: the signature is all that can be checked, so nothing is ever valid."""

    freshness: Freshness | None = None

    def position(self, now: datetime) -> LogPosition | None:  # noqa: ARG002
        return None

    def record(self, index: int) -> RecordFacts | None:  # noqa: ARG002
        return None

    def holds(self, index: int) -> bool:  # noqa: ARG002
        return False

    def minted(self, index: int, path: str) -> bool:  # noqa: ARG002
        return False
