"""The life of a declaration up to publication: who may do what in which state is in ``registry.access.rules``.

    draft --submit--> submitted --verification--> verified --publish--> published
      ^_____ revise _____|

Content is frozen from submission on: to change it, the owner revises it, and it is a draft again.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from registry.audit.changes import Change, changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.tables import DeclarationRow
from registry.declarations.known import KnownProducts
from registry.errors import NotFound, Refused, WrongState
from registry.members.members import member
from schemas.declaration import Declaration, Verification
from schemas.findings import UNSIGNED, Finding, Severity, findings, publication_findings

PAGE_SIZE = 100


class DeclarationState(StrEnum):
    """Where a declaration is on its way."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    PUBLISHED = "published"


def create(
    session: Session,
    declaration: Declaration,
    owner: str,
    now: datetime,
    key: UUID | None = None,
    signature: bytes | None = None,
) -> UUID:
    """A new draft of ``owner``; ``key`` is its id when the caller has one, ``signature`` the owner's own over it.

    Returns the id.
    """
    drawn = key or uuid4()
    noted(session, now, Step(Did.CREATED, f"declaration/{drawn}", owner))
    session.add(
        DeclarationRow(
            id=str(drawn),
            owner_id=owner,
            state=DeclarationState.DRAFT,
            content=encode(declaration, drawn, owner),
            signature=signature,
            created_at=now,
            updated_at=now,
        )
    )
    return drawn


def encode(declaration: Declaration, key: UUID, owner: str) -> bytes:
    """A declaration as its row holds it. Id and owner are the registry's to set; version and record come later."""
    return msgspec.json.encode(
        msgspec.structs.replace(declaration, id=key, owner=owner, version=1, supersedes=None, verification=None)
    )


def row_of(session: Session, key: UUID) -> DeclarationRow:
    """The row of declaration ``key``. Raises ``NotFound``."""
    row = session.get(DeclarationRow, str(key))
    if row is None:
        raise NotFound(f"there is no declaration {key}")
    return row


def listed(
    session: Session, owner: str | None, state: DeclarationState | None, page: int
) -> tuple[list[DeclarationRow], int]:
    """A page of the declarations of ``owner``, or of all members those that are no drafts; and how many there are."""
    wanted = [
        col(DeclarationRow.state) != DeclarationState.DRAFT if owner is None else DeclarationRow.owner_id == owner
    ]
    if state is not None:
        wanted.append(col(DeclarationRow.state) == state)
    total = session.exec(select(func.count()).select_from(DeclarationRow).where(*wanted)).one()
    newest = col(DeclarationRow.updated_at).desc()
    query = select(DeclarationRow).where(*wanted).order_by(newest, col(DeclarationRow.id))
    return list(session.exec(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE))), total


def content_of(row: DeclarationRow) -> Declaration:
    """The declaration in a row."""
    return msgspec.json.decode(row.content, type=Declaration)


def revise(
    session: Session, row: DeclarationRow, declaration: Declaration, now: datetime, signature: bytes | None = None
) -> None:
    """Replaces the content, and with it the owner's own signature, if it had one; a submitted declaration is a draft
    again. Raises ``WrongState`` from verification on."""
    _require(row, "changed", DeclarationState.DRAFT, DeclarationState.SUBMITTED)
    before, row.content = content_of(row), encode(declaration, UUID(row.id), row.owner_id)
    row.signature = signature
    _note(session, row, Did.CHANGED, now, changes(before, content_of(row)))
    _move(session, row, DeclarationState.DRAFT, now)


def submit(session: Session, row: DeclarationRow, now: datetime) -> list[Finding]:
    """Hands the draft to the verification bodies, with its warnings, which are returned.

    Raises ``Refused`` with all findings when one is an error, and ``WrongState``.
    """
    _require(row, "submitted", DeclarationState.DRAFT)
    found = findings(content_of(row), KnownProducts(session))
    if row.signature is None and member(session, row.owner_id).signs_all:
        found.append(UNSIGNED)
    refuse_errors(found)
    _note(session, row, Did.SUBMITTED, now)
    _move(session, row, DeclarationState.SUBMITTED, now)
    return found


def state_verification(
    session: Session, row: DeclarationRow, verification: Verification, operator: str, now: datetime
) -> None:
    """A verification body states what it checked. Raises ``Refused`` with findings on the statement, ``WrongState``."""
    _require(row, "verified", DeclarationState.SUBMITTED)
    declaration = msgspec.structs.replace(content_of(row), verification=verification)
    refuse_errors(publication_findings(declaration, operator))
    row.content = msgspec.json.encode(declaration)
    _note(session, row, Did.VERIFIED, now, changes({}, {"verification": verification}))
    _move(session, row, DeclarationState.VERIFIED, now)


def refuse_errors(found: list[Finding]) -> None:
    """Raises ``Refused`` with all of ``found`` when one of them is an error."""
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    if errors:
        raise Refused(f"{errors} error{'s' if errors > 1 else ''} to mend; nothing was changed", found)


def _require(row: DeclarationRow, done: str, *states: DeclarationState) -> None:
    if row.state not in states:
        raise WrongState(f"declaration {row.id} is {row.state}: it can be {done} only when {' or '.join(states)}")


def _note(session: Session, row: DeclarationRow, did: Did, now: datetime, changed: tuple[Change, ...] = ()) -> None:
    noted(session, now, Step(did, f"declaration/{row.id}", row.owner_id, changed))


def _move(session: Session, row: DeclarationRow, state: DeclarationState, now: datetime) -> None:
    row.state = state
    row.updated_at = now
    session.add(row)
