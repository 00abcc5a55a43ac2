"""Which declarations a caller may read.

A draft only its owner reads. Once submitted, so do the operator and the verification body that it is assigned to, or
all bodies while it is assigned to none. What is published all of these read.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, or_, select

from registry.access.callers import Caller
from registry.access.rules import Action, may_others, require
from registry.database.review_tables import ReviewRow
from registry.database.tables import DeclarationRow
from registry.declarations.life import row_of
from registry.declarations.states import DeclarationState
from registry.reviews.reviews import body_of
from schemas.member import MemberKind

PAGE_SIZE = 100


def readable(session: Session, caller: Caller, declaration: UUID) -> DeclarationRow:
    """The row of a declaration that the caller may read. Raises ``NotFound`` and ``NotAllowed``."""
    row = row_of(session, declaration)
    is_draft, is_public = row.state == DeclarationState.DRAFT, row.state == DeclarationState.PUBLISHED
    body = None if is_draft or is_public else body_of(session, row)
    require(caller, Action.READ_DRAFT if is_draft else Action.READ_DECLARATION, row.owner_id, body)
    return row


def listed(
    session: Session, caller: Caller, state: DeclarationState | None, page: int, page_size: int = PAGE_SIZE
) -> tuple[list[DeclarationRow], int]:
    """A page of the declarations that the caller may read, those that changed last first; and how many there are."""
    wanted = _readable_by(caller)
    if state is not None:
        wanted.append(col(DeclarationRow.state) == state)
    joined = col(ReviewRow.declaration_id) == DeclarationRow.id
    count = select(func.count()).select_from(DeclarationRow).outerjoin(ReviewRow, joined).where(*wanted)
    newest = col(DeclarationRow.updated_at).desc()
    query = select(DeclarationRow).outerjoin(ReviewRow, joined).where(*wanted)
    query = query.order_by(newest, col(DeclarationRow.id)).offset((page - 1) * page_size).limit(page_size)
    return list(session.exec(query)), session.exec(count).one()


def _readable_by(caller: Caller) -> list[ColumnElement[bool]]:
    if not may_others(caller, Action.READ_DECLARATION):
        return [col(DeclarationRow.owner_id) == caller.member]
    wanted = [col(DeclarationRow.state) != DeclarationState.DRAFT]
    if caller.kind is MemberKind.VERIFICATION_BODY:
        mine = col(ReviewRow.body_id) == caller.member
        is_public = col(DeclarationRow.state) == DeclarationState.PUBLISHED
        wanted.append(or_(col(ReviewRow.body_id).is_(None), mine, is_public))
    return wanted
