"""The registry's records, as a trace and an area statement read them."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from registry.database.tables import LogEntryRow, RecordRow
from registry.declarations.known import credential_of, facts_of
from registry.products.products import standing_verdict
from registry.trace.trace import TracedRecord

_AT_ONCE = 500


class KnownRecords:
    """A ``LookUp`` over the registry's tables: standings are those of day ``today``. Reads a record once."""

    def __init__(self, session: Session, today: date) -> None:
        self._session = session
        self._today = today
        self._known: dict[int, TracedRecord] = {}

    def __call__(self, indexes: Iterable[int]) -> dict[int, TracedRecord]:
        """The records at ``indexes``, as far as there are any."""
        asked = list(indexes)
        missing = [index for index in asked if index not in self._known and 0 <= index < 1 << 63]
        for start in range(0, len(missing), _AT_ONCE):
            self._read(missing[start : start + _AT_ONCE])
        return {index: self._known[index] for index in asked if index in self._known}

    def _read(self, indexes: list[int]) -> None:
        rows = self._session.exec(
            select(RecordRow, LogEntryRow.jws)
            .join(LogEntryRow, col(LogEntryRow.index) == RecordRow.index)
            .where(col(RecordRow.index).in_(indexes))
        )
        for row, jws in rows:
            subject = credential_of(jws).credential_subject
            facts = facts_of(row, subject.declaration)
            if facts is not None:
                verdict = standing_verdict(row, self._today)
                self._known[row.index] = TracedRecord(row.index, facts, subject.declaration, subject.owner, verdict)
