"""What became of a published declaration, as its record and what came after it tell."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session

from registry.database.tables import RecordRow
from registry.declarations.life import content_of, row_of


class RecordLife(StrEnum):
    """How a record stands. Where several hold, the one that a scan tells: see ``verifier.judge``."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    """A newer declaration corrects it."""

    RENEWED = "renewed"
    """A newer declaration about a later reference period has taken its place."""


def life_of(standing: str, expires: date, superseded: bool, renewed: bool, today: date) -> RecordLife:
    """How a record stands that is ``standing`` in the log; ``renewed`` says how it was superseded."""
    if standing != "active":
        return RecordLife(standing)
    if today > expires:
        return RecordLife.EXPIRED
    if superseded:
        return RecordLife.RENEWED if renewed else RecordLife.SUPERSEDED
    return RecordLife.ACTIVE


def record_life(session: Session, record: RecordRow, today: date) -> RecordLife:
    """How ``record`` stands on ``today``."""
    newer = None if record.superseded_by is None else session.get(RecordRow, record.superseded_by)
    ends = [None if one is None else _reference_end(session, one) for one in (record, newer)]
    return life_of(record.standing, record.expires, newer is not None, is_renewal(*ends), today)


def is_renewal(end: date | None, newer_end: date | None) -> bool:
    """Whether what takes the place of a record renews it, and does not correct it: its reference period ends later."""
    return end is not None and newer_end is not None and newer_end > end


def _reference_end(session: Session, record: RecordRow) -> date | None:
    return content_of(row_of(session, UUID(record.declaration_id))).reference_end
