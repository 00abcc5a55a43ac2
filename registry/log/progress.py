"""How far the public log and the bundle are behind what was written."""

from datetime import UTC, datetime

from msgspec import Struct
from sqlmodel import Session, col, select
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Timestamp

from registry.bundle.repository import TIMESTAMP, TIMESTAMP_LIFE
from registry.database.tables import CheckpointRow, LogEntryRow
from registry.log.append import log_size
from registry.store import Store, StoreError


class Progress(Struct, frozen=True):
    """The log's entries, how many the newest checkpoint commits it to, and since when the first of the others waits;
    when that checkpoint, and the published bundle, were signed. None: there is none, or it cannot be read."""

    entries: int
    in_checkpoint: int
    waiting_since: datetime | None
    checkpoint_at: datetime | None
    bundle_at: datetime | None


def progress(session: Session, store: Store) -> Progress:
    """As of now."""
    newest = session.exec(select(CheckpointRow.size, CheckpointRow.at).order_by(col(CheckpointRow.size).desc())).first()
    size, at = (0, None) if newest is None else newest
    waiting = session.exec(select(LogEntryRow.at).where(LogEntryRow.index == size)).first()
    return Progress(log_size(session), size, _utc(waiting), _utc(at), _signed_at(store))


def _signed_at(store: Store) -> datetime | None:
    try:
        data = store.get(TIMESTAMP)
        return None if data is None else Metadata[Timestamp].from_bytes(data).signed.expires - TIMESTAMP_LIFE
    except (StoreError, RepositoryError):
        return None


def _utc(at: datetime | None) -> datetime | None:
    """Times are UTC; SQLite gives them back without saying so."""
    return None if at is None else at.replace(tzinfo=UTC)
