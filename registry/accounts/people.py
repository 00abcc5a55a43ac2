"""The people of an organisation: invitations, roles, leaving. Somebody always speaks for the organisation."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlmodel import Session, col, select

from registry.access import tokens
from registry.access.approvals import refuse_all_of
from registry.access.roles import ROLES_OF, Role, parse_roles, roles_text
from registry.accounts.letters import Letters
from registry.accounts.links import Purpose, new_link, open_link, use_link
from registry.accounts.outbox import Outbox
from registry.accounts.second_factor import NEEDED_BY
from registry.accounts.sessions import end_all
from registry.audit.changes import Change, changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database import author
from registry.database.people_tables import LinkRow, MembershipRow, PersonRow
from registry.database.tables import MemberRow
from registry.errors import InvalidInput, NotFound, WrongState
from registry.members.email import normal_email
from registry.members.members import member, particulars
from schemas.member import Member, MemberKind
from schemas.text import in_language

_MOST_NAME = 100
_LEADING = {MemberKind.OPERATOR: Role.OPERATOR}


def person_with(session: Session, email: str) -> PersonRow | None:
    """The person with this address, which is in its normal form."""
    return session.exec(select(PersonRow).where(PersonRow.email == email)).one_or_none()


def people_of(session: Session, member_id: str) -> list[tuple[PersonRow, frozenset[Role]]]:
    """The people of an organisation, with their roles, by address."""
    query = (
        select(PersonRow, MembershipRow.roles)
        .join(MembershipRow, col(MembershipRow.person_id) == PersonRow.id)
        .where(MembershipRow.member_id == member_id)
        .order_by(PersonRow.email)
    )
    return [(person, parse_roles(roles)) for person, roles in session.exec(query)]


def organisations_of(session: Session, person_id: str) -> list[tuple[Member, frozenset[Role]]]:
    """The organisations that somebody acts for, with their roles there, the one joined first in front."""
    query = (
        select(MemberRow, MembershipRow.roles)
        .join(MembershipRow, col(MembershipRow.member_id) == MemberRow.id)
        .where(MembershipRow.person_id == person_id, col(MemberRow.left_at).is_(None))
        .order_by(col(MembershipRow.created_at), col(MemberRow.id))
    )
    return [(particulars(row), parse_roles(roles)) for row, roles in session.exec(query)]


def names_of(session: Session, people: Iterable[str]) -> dict[str, str]:
    """The names of people by their ids, also of those who are no more of an organisation."""
    rows = session.exec(select(PersonRow.id, PersonRow.name).where(col(PersonRow.id).in_(set(people))))
    return dict(rows.all())


def invite(
    session: Session,
    outbox: Outbox,
    letters: Letters,
    member_id: str,
    address: str,
    roles: Iterable[Role],
    now: datetime,
) -> str:
    """Invites whoever has ``address`` to act for a member. Returns the link's secret, which also goes by mail.

    An earlier invitation of the same address ends. Raises ``InvalidInput``, ``NotFound`` and ``WrongState``.
    """
    organisation, given = member(session, member_id), frozenset(roles)
    email = invitable(organisation, address, given)
    secret = new_link(session, Purpose.INVITATION, email, now, member_id, given)
    outbox.put(letters.invitation(email, in_language(organisation.name, "en"), secret))
    invited = open_link(session, secret, Purpose.INVITATION, now).id
    noted(session, now, Step(Did.INVITED, f"invitation/{invited}", member_id, _roles_changed("", given)))
    return secret


def invitable(organisation: Member, address: str, roles: frozenset[Role]) -> str:
    """The address, in its normal form, of somebody who can be invited to act for an organisation in these roles.

    Raises ``InvalidInput``.
    """
    email = normal_email(address, "$.email")
    _require_roles(organisation.kind, roles)
    return email


def accept(session: Session, link: LinkRow, name: str, password_hash: str | None, now: datetime) -> PersonRow:
    """Whoever opened ``link`` is of the organisation now. ``password_hash`` is that of somebody who is new.

    Whoever is of it already has from now on the roles of the invitation. Raises ``InvalidInput`` for a name that is
    none, ``NotFound``, and ``WrongState`` when the organisation has left, or would have nobody who speaks for it.
    """
    assert link.member_id is not None
    kind = member(session, link.member_id).kind
    person = person_with(session, link.email)
    if person is None:
        assert password_hash is not None
        person = PersonRow(
            id=str(uuid4()),
            email=link.email,
            name=_sound_name(name),
            password_hash=password_hash,
            created_at=now,
            password_at=now,
        )
        session.add(person)
        session.flush()
    membership, given = session.get(MembershipRow, (person.id, link.member_id)), parse_roles(link.roles)
    if membership is None:
        membership = MembershipRow(person_id=person.id, member_id=link.member_id, roles="", created_at=now)
    else:
        _require_somebody_leads(session, link.member_id, kind, person.id, given)
    changed = _roles_changed(membership.roles, given)
    membership.roles = link.roles
    session.add(membership)
    use_link(session, link, now)
    by = author.person(person.id, link.member_id)
    noted(session, now, Step(Did.JOINED, f"person/{person.id}", link.member_id, changed), by=by)
    return person


def set_roles(session: Session, member_id: str, person_id: str, roles: Iterable[Role], now: datetime) -> None:
    """Gives somebody other roles, from the next call on. Raises ``InvalidInput``, ``NotFound`` and ``WrongState``."""
    membership = membership_of(session, member_id, person_id)
    kind = member(session, member_id).kind
    given = frozenset(roles)
    _require_roles(kind, given)
    _require_somebody_leads(session, member_id, kind, person_id, given)
    changed = _roles_changed(membership.roles, given)
    membership.roles = roles_text(given)
    session.add(membership)
    noted(session, now, Step(Did.CHANGED, f"person/{person_id}", member_id, changed))


def remove(session: Session, member_id: str, person_id: str, now: datetime, end_tokens: bool = False) -> None:
    """Somebody is no more of the organisation, and is signed out; with ``end_tokens``, what tokens and clients they
    made for it end too. Raises ``NotFound`` and ``WrongState``.

    Once the operator has two people it keeps two, lest one of them alone does what takes two. What somebody of the
    operator proposed or confirmed counts no more.
    """
    membership = membership_of(session, member_id, person_id)
    kind = member(session, member_id).kind
    _require_somebody_leads(session, member_id, kind, person_id, frozenset())
    if kind is MemberKind.OPERATOR:
        if len(people_of(session, member_id)) == 2:
            raise WrongState("the operator keeps two people: have another one accept an invitation first")
        refuse_all_of(session, person_id, now)
    end_all(session, person_id, member_id)
    session.delete(membership)
    noted(session, now, Step(Did.REMOVED, f"person/{person_id}", member_id, _roles_changed(membership.roles, ())))
    for token in tokens.made_by(session, member_id, person_id) if end_tokens else ():
        tokens.revoke(session, token.id, now, member_id)


def is_guarded_elsewhere(session: Session, member_id: str, person_id: str) -> bool:
    """Whether another organisation of that person needs the second factor, which is then not this one's to remove."""
    return any(one.id != member_id and one.kind in NEEDED_BY for one, _ in organisations_of(session, person_id))


def remove_second_factor(session: Session, member_id: str, person_id: str, now: datetime) -> PersonRow:
    """Somebody lost the device: the second factor is no more, and the person is signed out everywhere.

    Where the organisation needs one, the next sign-in begins with setting it up. Raises ``NotFound``.
    """
    membership_of(session, member_id, person_id)
    person = session.get(PersonRow, person_id)
    assert person is not None
    person.totp_secret = None
    session.add(person)
    end_all(session, person_id)
    noted(session, now, Step(Did.SECOND_FACTOR_REMOVED, f"person/{person_id}", member_id))
    return person


def _roles_changed(before: str, after: Iterable[Role]) -> tuple[Change, ...]:
    return changes({"roles": before or None}, {"roles": roles_text(after) or None})


def membership_of(session: Session, member_id: str, person_id: str) -> MembershipRow:
    """Somebody's place in an organisation. Raises ``NotFound``."""
    row = session.get(MembershipRow, (person_id, member_id))
    if row is None:
        raise NotFound("nobody with the id {person} is of {member}", person=f"{person_id[:40]!r}", member=member_id)
    return row


def _require_roles(kind: MemberKind, roles: frozenset[Role]) -> None:
    foreign = roles - ROLES_OF[kind]
    if foreign or not roles:
        has = sorted(ROLES_OF[kind])
        raise InvalidInput("a {kind} gives at least one of these roles: {roles}", "$.roles", kind=kind, roles=has)


def _require_somebody_leads(
    session: Session, member_id: str, kind: MemberKind, person_id: str, roles: frozenset[Role]
) -> None:
    """Refuses what would leave nobody to invite others."""
    leading = _LEADING.get(kind, Role.SIGNER)
    others = any(leading in held for person, held in people_of(session, member_id) if person.id != person_id)
    if not others and leading not in roles:
        raise WrongState(
            "{member} would have no {role}: make somebody else one first",
            member=member_id,
            role=leading,
        )


def _sound_name(name: str) -> str:
    words = name.strip()
    if not words or len(words) > _MOST_NAME or not words.isprintable():
        raise InvalidInput("a name is one line of 1 to {most} characters", "$.name", most=_MOST_NAME)
    return words
