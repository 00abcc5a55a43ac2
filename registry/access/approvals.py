"""What takes two people of the operator: one proposes, another confirms, within a week.

It holds as soon as the operator has two people. Before that, whoever has the home has the registry anyway.

    proposed --confirm--> confirmed --> used      or at once, where the registry does it itself
        \\---- refuse --> refused

A proposal counts while whoever proposed it, and whoever confirmed it, is of the operator.

What the database does is done in the transaction that uses its confirmation. What files do is done right after that
transaction: cut off in between, it is taken up again under the same confirmation, which is good for nothing else.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select

from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database.people_tables import ApprovalRow, MembershipRow
from registry.errors import InvalidInput, NotAllowed, NotFound, WrongState
from registry.registry import OPERATOR

LIFETIME = timedelta(days=7)
MAX_REASON = 1_000
_MOST_LISTED = 200


class Operation(StrEnum):
    """What two people agree on. Its subject is a record's log index; a key's id, for a compromised one with the log
    index from which on; a root's version with the SHA-256 of what its keys sign; a year with that of its dataset; the
    address of somebody who is to be invited, which the audit trail is not told."""

    WITHDRAW_RECORD = "withdraw a record"
    RETIRE_KEY = "retire a key"
    COMPROMISE_KEY = "state that a key is compromised"
    DESTROY_KEY = "destroy a key of the bundle"
    INSTALL_ROOT = "put a root in force"
    RELEASE_CASES = "release the cases of a year"
    BRING_IN = "bring a person into the operator"


OF_KEYS = (Operation.RETIRE_KEY, Operation.COMPROMISE_KEY, Operation.DESTROY_KEY, Operation.INSTALL_ROOT)
"""What commands do, once it was agreed on: ``carbonlabel keys``."""


class ApprovalState(StrEnum):
    """Where it is on its way."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    USED = "used"


class ApprovalShown(Struct, frozen=True, kw_only=True):
    """What one person of the operator proposed, and what became of it."""

    id: UUID
    operation: Operation
    subject: str
    reason: str
    state: ApprovalState
    proposed_by: str
    proposed: datetime
    expires: datetime
    decided_by: str | None
    decided: datetime | None


def approval_shown(row: ApprovalRow) -> ApprovalShown:
    """A proposal as it is shown."""
    return ApprovalShown(
        id=UUID(row.id),
        operation=Operation(row.operation),
        subject=row.subject,
        reason=row.reason,
        state=ApprovalState(row.state),
        proposed_by=row.proposed_by,
        proposed=row.proposed_at,
        expires=row.expires_at,
        decided_by=row.decided_by,
        decided=row.decided_at,
    )


def takes_two(session: Session, operator: str) -> bool:
    """Whether the operator has two people who could agree."""
    people = select(func.count()).select_from(MembershipRow).where(MembershipRow.member_id == operator)
    return session.exec(people).one() >= 2


def propose(
    session: Session,
    operation: Operation,
    subject: str,
    reason: str,
    person: str,
    now: datetime,
    content: bytes | None = None,
) -> ApprovalRow:
    """Keeps what a person proposes; ``content`` is what a hash in ``subject`` stands for, to be read by the second.

    Raises ``InvalidInput``, and ``WrongState`` when it is proposed already.
    """
    words = reason.strip()
    if not words or len(words) > MAX_REASON or not words.isprintable():
        raise InvalidInput("say why, in one line of 1 to {most} characters", "$.reason", most=MAX_REASON)
    if _open(session, operation, subject, now, ApprovalState.PROPOSED, ApprovalState.CONFIRMED) is not None:
        raise WrongState("to {operation} {subject} is proposed already", operation=operation, subject=subject)
    row = ApprovalRow(
        id=str(uuid4()),
        operation=operation,
        subject=subject,
        content=content,
        reason=words,
        state=ApprovalState.PROPOSED,
        proposed_by=person,
        proposed_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    session.flush()
    told = {"operation": operation} if operation is Operation.BRING_IN else {"operation": operation, "subject": subject}
    noted(session, now, Step(Did.PROPOSED, f"approval/{row.id}", changed=changes({}, told)))
    return row


def decide(session: Session, key: UUID, person: str, confirmed: bool, now: datetime) -> ApprovalRow:
    """Another person confirms or refuses; who proposed may take it back by refusing.

    Raises ``NotFound``, ``NotAllowed`` for who confirms an own proposal, and ``WrongState`` when it is decided or too
    old, or whoever proposed it is of the operator no more.
    """
    row = session.get(ApprovalRow, str(key))
    if row is None:
        raise NotFound("there is no proposal {key}", key=key)
    if row.state != ApprovalState.PROPOSED or row.expires_at <= now:
        raise WrongState(
            "proposal {key} is {state}: propose it anew",
            key=key,
            state=row.state if row.expires_at > now else "too old",
        )
    if confirmed and row.proposed_by == person:
        raise NotAllowed("who proposes does not confirm: another person of the operator has to")
    if confirmed and session.get(MembershipRow, (row.proposed_by, OPERATOR)) is None:
        raise WrongState("who proposed {key} is of the operator no more: propose it anew", key=key)
    row.state = ApprovalState.CONFIRMED if confirmed else ApprovalState.REFUSED
    row.decided_by, row.decided_at = person, now
    session.add(row)
    noted(session, now, Step(Did(row.state), f"approval/{row.id}"))
    return row


def refuse_all_of(session: Session, person: str, now: datetime) -> None:
    """Refuses what somebody who leaves the operator proposed or confirmed, and what is not done yet."""
    theirs = or_(col(ApprovalRow.proposed_by) == person, col(ApprovalRow.decided_by) == person)
    undone = col(ApprovalRow.state).in_((ApprovalState.PROPOSED, ApprovalState.CONFIRMED))
    for row in session.exec(select(ApprovalRow).where(theirs, undone).order_by(col(ApprovalRow.id))):
        row.state, row.decided_by, row.decided_at = ApprovalState.REFUSED, None, now
        session.add(row)
        noted(session, now, Step(Did.REFUSED, f"approval/{row.id}"))


def use(session: Session, row: ApprovalRow, now: datetime) -> None:
    """What was confirmed is done, in this transaction: it counts once."""
    row.state, row.used_at = ApprovalState.USED, now
    session.add(row)


def use_confirmed(
    session: Session, operator: str, operation: Operation, subject: str, now: datetime, *, of_files: bool = False
) -> str | None:
    """Uses the confirmation of an operation that is about to be done. Returns its id; None before there are two people.

    ``of_files``: it is done right after this transaction, once at most whatever is asked; so a confirmation that was
    used for the same subject, and is not too old, lets it be done if it was not. Raises ``NotAllowed`` without one.
    """
    if not takes_two(session, operator):
        return None
    row = _open(session, operation, subject, now, ApprovalState.CONFIRMED)
    if row is None and of_files:
        row = _open(session, operation, subject, now, ApprovalState.USED)
    if row is None:
        raise NotAllowed(
            "two people of the operator have to agree to {operation}, {subject}: one proposes it at /desk/keys or "
            "/v1/approvals, another confirms it, and then this goes on",
            operation=operation,
            subject=subject,
        )
    use(session, row, now)
    return row.id


def listed(session: Session, state: ApprovalState | None) -> list[ApprovalRow]:
    """What was proposed, newest first."""
    wanted = [] if state is None else [col(ApprovalRow.state) == state]
    query = select(ApprovalRow).where(*wanted).order_by(col(ApprovalRow.proposed_at).desc(), col(ApprovalRow.id))
    return list(session.exec(query.limit(_MOST_LISTED)))


def proposed(session: Session, operation: Operation, subject: str, now: datetime) -> ApprovalRow | None:
    """The proposal of it that waits for a second person, if there is one."""
    return _open(session, operation, subject, now, ApprovalState.PROPOSED)


def _open(
    session: Session, operation: Operation, subject: str, now: datetime, *states: ApprovalState
) -> ApprovalRow | None:
    people = select(MembershipRow.person_id).where(MembershipRow.member_id == OPERATOR)
    confirmed_by = col(ApprovalRow.decided_by)
    counts = and_(col(ApprovalRow.proposed_by).in_(people), or_(confirmed_by.is_(None), confirmed_by.in_(people)))
    query = select(ApprovalRow).where(
        ApprovalRow.operation == operation,
        ApprovalRow.subject == subject,
        col(ApprovalRow.state).in_(states),
        col(ApprovalRow.expires_at) > now,
        or_(counts, col(ApprovalRow.state) == ApprovalState.USED),  # what was begun is ended, whoever left since
    )
    return session.exec(query.limit(1)).one_or_none()
