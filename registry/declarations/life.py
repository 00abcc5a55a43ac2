"""The life of a declaration up to publication, as far as its own row tells it.

    draft --submit--> submitted --take up--> under review --verification--> verified --publish--> published
      ^_____ revise _____|                         |                            |
      |_____________________________ return with findings _____________________|

All steps are in ``registry.declarations.states``, who may take them in ``registry.access.rules``; what a review adds to
them is in ``registry.reviews``. Content is frozen from submission on.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import insert
from sqlmodel import Session

from registry.access.rules import Action
from registry.audit.changes import Change, changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.tables import DeclarationRow
from registry.declarations.known import KnownProducts
from registry.declarations.states import TRANSITIONS, DeclarationState, after
from registry.errors import NotFound, Refused
from registry.members.members import member
from registry.sentences import counted
from schemas.declaration import Declaration, Verification
from schemas.findings import UNSIGNED, Finding, Severity, findings, publication_findings


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


def create_submitted(session: Session, created: Sequence[tuple[UUID, str, bytes]], now: datetime) -> None:
    """New declarations that are submitted at once, each with its owner, as ``encode`` gives it.

    The caller has judged them: none has a finding that is an error.
    """
    rows = [
        {"id": str(key), "owner_id": owner, "state": DeclarationState.SUBMITTED, "content": content}
        | {"created_at": now, "updated_at": now}
        for key, owner, content in created
    ]
    if rows:
        session.connection().execute(insert(DeclarationRow), rows)
    for key, owner, _ in created:
        subject = f"declaration/{key}"
        noted(session, now, Step(Did.CREATED, subject, owner), Step(Did.SUBMITTED, subject, owner))


def encode(declaration: Declaration, key: UUID, owner: str) -> bytes:
    """A declaration as its row holds it. Id and owner are the registry's to set; version and record come later."""
    return msgspec.json.encode(
        msgspec.structs.replace(declaration, id=key, owner=owner, version=1, supersedes=None, verification=None)
    )


def row_of(session: Session, key: UUID) -> DeclarationRow:
    """The row of declaration ``key``. Raises ``NotFound``."""
    row = session.get(DeclarationRow, str(key))
    if row is None:
        raise NotFound("there is no declaration {key}", key=key)
    return row


def content_of(row: DeclarationRow) -> Declaration:
    """The declaration in a row."""
    return msgspec.json.decode(row.content, type=Declaration)


def fingerprint(row: DeclarationRow) -> str:
    """What tells this content of the declaration from what it held before or may hold later: SHA-256, as hex."""
    return hashlib.sha256(row.content).hexdigest()


def revise(
    session: Session, row: DeclarationRow, declaration: Declaration, now: datetime, signature: bytes | None = None
) -> None:
    """Replaces the content, and with it the owner's own signature, if it had one; a submitted declaration is a draft
    again. Raises ``WrongState`` from review on."""
    before, told = content_of(row), encode(declaration, UUID(row.id), row.owner_id)
    move(session, row, Action.REVISE, now, changes(before, msgspec.json.decode(told, type=Declaration)))
    row.content, row.signature = told, signature


def give_back(session: Session, row: DeclarationRow, now: datetime, changed: tuple[Change, ...] = ()) -> None:
    """A declaration under review, or verified, is a draft again: nothing is stated of it. Raises ``WrongState``."""
    move(session, row, Action.RETURN, now, changed)
    row.content = encode(content_of(row), UUID(row.id), row.owner_id)


def submit(session: Session, row: DeclarationRow, now: datetime) -> list[Finding]:
    """Hands the draft to the verification bodies, with its warnings, which are returned.

    Raises ``Refused`` with all findings when one is an error, and ``WrongState``.
    """
    after(Action.SUBMIT, row.state, row.id)
    found = findings(content_of(row), KnownProducts(session))
    if row.signature is None and member(session, row.owner_id).signs_all:
        found.append(UNSIGNED)
    refuse_errors(found)
    move(session, row, Action.SUBMIT, now)
    return found


def state_verification(
    session: Session, row: DeclarationRow, verification: Verification, operator: str, now: datetime
) -> None:
    """A verification body states what it checked. Raises ``Refused`` with findings on the statement, ``WrongState``."""
    after(Action.STATE_VERIFICATION, row.state, row.id)
    declaration = msgspec.structs.replace(content_of(row), verification=verification)
    refuse_errors(publication_findings(declaration, operator, now.astimezone(UTC).date()))
    row.content = msgspec.json.encode(declaration)
    move(session, row, Action.STATE_VERIFICATION, now, changes({}, {"verification": verification}))


def refuse_errors(found: list[Finding]) -> None:
    """Raises ``Refused`` with all of ``found`` when one of them is an error."""
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    if errors:
        words = counted("1 error to mend; nothing was changed", "{count} errors to mend; nothing was changed", errors)
        raise Refused(words, found)


def unread(found: list[Finding]) -> Refused:
    """That a content cannot be read, for all of ``found``."""
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    words = counted(
        "1 field cannot be read; nothing was changed", "{count} fields cannot be read; nothing was changed", errors
    )
    return Refused(words, found)


def move(
    session: Session, row: DeclarationRow, action: Action, now: datetime, changed: tuple[Change, ...] = ()
) -> None:
    """The declaration is in the state after ``action``, which is noted with what changed. Raises ``WrongState``."""
    row.state = after(action, row.state, row.id)
    noted(session, now, Step(TRANSITIONS[action].did, f"declaration/{row.id}", row.owner_id, changed))
    row.updated_at = now
    session.add(row)
