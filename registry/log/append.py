"""Appending to the log: index without gaps, signed once, stored as signed.

A ``LogWriter`` lives inside one write transaction. It takes the next indexes under the database's write lock; nothing
it signed may leave the process before that transaction has committed.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, insert, select
from sqlmodel import Session

from keys import Signer, sign_compact
from registry.database.tables import LogEntryRow
from schemas.entry import EntryType, leaf_hash

_CTY = {EntryType.DECLARATION: "vc"}


class Appended(Struct, frozen=True):
    """An entry as it will be stored: ``leaf`` is its Merkle leaf hash, 32 bytes."""

    index: int
    jws: bytes
    leaf: bytes


class LogWriter:
    """Appends entries within the write transaction of ``session``, signed by ``signer``, stamped ``now`` (UTC)."""

    def __init__(self, session: Session, signer: Signer, now: datetime) -> None:
        self.session = session
        self._now = now
        self._rows: list[dict[str, object]] = []
        self.signer = signer
        self.next_index = log_size(session)

    def append(self, typ: EntryType, payload: bytes, about: int | None = None) -> Appended:
        """Signs ``payload`` as the entry at ``next_index``; ``about`` is the record whose standing it changes.

        Raises ``keys.MalformedToken`` for an entry over 65,535 bytes; the index is then still free.
        """
        index = self.next_index
        jws = sign_compact(self.signer, typ, payload, _CTY.get(typ))
        entry = Appended(index, jws, leaf_hash(jws))
        self._rows.append({"index": index, "typ": typ, "jws": jws, "leaf": entry.leaf, "about": about, "at": self._now})
        self.next_index = index + 1
        return entry

    def flush(self) -> None:
        """Writes the entries appended so far, in one statement. Call before rows that refer to them, and at the end."""
        if self._rows:
            self.session.connection().execute(insert(LogEntryRow), self._rows)
            self._rows = []


def log_size(session: Session) -> int:
    """How many entries the log has: the next index."""
    newest = session.connection().execute(select(func.max(LogEntryRow.index))).scalar()
    return 0 if newest is None else newest + 1
