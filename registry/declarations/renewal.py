"""Renewing a published declaration: a new draft beside it, which takes its place once it is published itself."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import Session

from registry.access.rules import Action
from registry.audit.changes import changes
from registry.audit.trail import Step, noted
from registry.database.tables import RecordRow
from registry.declarations.known import credential_of
from registry.declarations.life import create, row_of
from registry.declarations.states import TRANSITIONS, after
from registry.errors import WrongState
from registry.records.standing import entry_row


def renew(session: Session, record: RecordRow, now: datetime) -> UUID:
    """A draft with what ``record`` says, but for its periods, which the owner has to give anew. Returns its id.

    Raises ``WrongState`` for a record that was withdrawn, or that a newer one has taken the place of.
    """
    row = row_of(session, UUID(record.declaration_id))  # stays as it is: its times are those of its log entry
    after(Action.RENEW, row.state, row.id)
    if record.standing == "withdrawn":
        raise WrongState(f"record {record.index} is withdrawn: declare the product anew")
    if record.superseded_by is not None:
        raise WrongState(f"record {record.index} is superseded by {record.superseded_by}: renew that one")
    declared = credential_of(entry_row(session, record.index).jws).credential_subject.declaration
    fresh = msgspec.structs.replace(
        declared, reference_start=None, reference_end=None, valid_from=None, valid_until=None
    )
    drawn = create(session, fresh, record.owner_id, now)
    changed = changes({}, {"draft": str(drawn)})
    noted(session, now, Step(TRANSITIONS[Action.RENEW].did, f"declaration/{row.id}", row.owner_id, changed))
    return drawn
