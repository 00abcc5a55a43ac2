"""Renewing a published declaration: a new draft beside it, which takes its place once it is published itself."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import Session, col, select

from registry.access.rules import Action
from registry.audit.changes import changes
from registry.audit.trail import Step, noted
from registry.database.tables import DeclarationRow, RecordRow
from registry.declarations.known import credential_of, key_path_of
from registry.declarations.life import content_of, create, row_of
from registry.declarations.states import TRANSITIONS, DeclarationState, after
from registry.errors import WrongState
from registry.records.standing import entry_row


def renew(session: Session, record: RecordRow, now: datetime) -> UUID:
    """A draft with what ``record`` says, but for its periods, which the owner has to give anew; or the one that was
    begun and is not published yet, wherever it is on its way. Returns its id.

    Raises ``WrongState`` for a record that was withdrawn, or that a newer one has taken the place of.
    """
    row = row_of(session, UUID(record.declaration_id))  # stays as it is: its times are those of its log entry
    after(Action.RENEW, row.state, row.id)
    if record.standing == "withdrawn":
        raise WrongState("record {record} is withdrawn: declare the product anew", record=record.index)
    if record.superseded_by is not None:
        raise WrongState(
            "record {record} is superseded by {newer}: renew that one",
            record=record.index,
            newer=record.superseded_by,
        )
    begun = _begun(session, record)
    if begun is not None:
        return begun
    declared = credential_of(entry_row(session, record.index).jws).credential_subject.declaration
    fresh = msgspec.structs.replace(
        declared, reference_start=None, reference_end=None, valid_from=None, valid_until=None
    )
    drawn = create(session, fresh, record.owner_id, now)
    session.flush()
    row_of(session, drawn).renews = record.index
    changed = changes({}, {"draft": str(drawn)})
    noted(session, now, Step(TRANSITIONS[Action.RENEW].did, f"declaration/{row.id}", row.owner_id, changed))
    return drawn


def _begun(session: Session, record: RecordRow) -> UUID | None:
    """The renewal of ``record`` that was begun, if it is still about the same product or place."""
    begun = select(DeclarationRow).where(
        DeclarationRow.renews == record.index, DeclarationRow.state != DeclarationState.PUBLISHED
    )
    for row in session.exec(begun.order_by(col(DeclarationRow.created_at), col(DeclarationRow.id))):
        if key_path_of(content_of(row)) == record.key_path:
            return UUID(row.id)
    return None
