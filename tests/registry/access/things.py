"""A registry with one thing of every kind for every owner, and callers of every role; whatever a call does is undone.

A route with a new place in its address, such as ``/v1/cases/{case}``, needs a thing to put there:

    alliance.things["case"] = {owner: id of a case of theirs, for owner in OWNERS}

one on which nothing but the rules stands in the way of a caller: no other organisation assigned, nothing expired. Where
two rules apply by the thing's state, ``things["declaration", Action.READ_DRAFT]`` is the one for that action alone.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from sqlmodel import Session, col, update

from registry.access import approvals, tokens
from registry.access.callers import Caller
from registry.access.roles import ROLES_OF, Role, roles_text
from registry.access.rules import Action
from registry.accounts import links, sessions
from registry.accounts.sessions import Stage
from registry.cases import calls
from registry.cases.nominations import Case, CaseState
from registry.database.author import COMMAND_LINE, Author
from registry.database.cases_tables import CaseRow, ExpertRow
from registry.database.database import Database
from registry.database.objection_tables import ObjectionRow
from registry.database.people_tables import MembershipRow, PersonRow
from registry.database.review_tables import QuestionRow
from registry.database.tables import RecordRow
from registry.declarations import life
from registry.imports import job as imports
from registry.jobs import queue
from registry.labels import bulk
from registry.members import applications
from registry.members.applications import Application, Contact
from registry.members.members import join
from registry.registry import OPERATOR, Registry, utc_now
from registry.reviews import reviews
from schemas.cases import Call, Criterion, Dates
from schemas.member import Member, MemberKind, Plan
from tests.signing import a_key, enrolled
from tests.world import ACCREDITED, CHECKER, ENVIRON, MAKER, RIVAL, a_declaration, new_registry, published, record_key

KINDS = {
    MAKER.id: MemberKind.MANUFACTURER,
    CHECKER.id: MemberKind.VERIFICATION_BODY,
    OPERATOR: MemberKind.OPERATOR,
}
"""Whose callers are tried: a manufacturer stands for all that declare."""

OTHER = RIVAL.id
OWNERS = (*KINDS, OTHER)
SECOND_BODY = Member(id="second-body", name={"en": "Second Body"}, kind=MemberKind.VERIFICATION_BODY, **ACCREDITED)
TAKEN = "rival's, assigned to the second body"


class _Undone(Exception):
    """Ends a write that went well, as one that failed ends."""


class Undoing(Database):
    """A database in which every write is done, and undone when it would be kept: a thousand calls find one state."""

    @contextmanager
    def writing(self, by: Author = COMMAND_LINE) -> Generator[Session]:
        with suppress(_Undone), super().writing(by) as session:
            yield session
            session.flush()
            raise _Undone


class Known(Struct, frozen=True):
    """A caller, and what it shows: a session's secret, else a token."""

    caller: Caller
    secret: str

    @property
    def is_person(self) -> bool:
        return self.caller.person is not None

    def __str__(self) -> str:
        roles = roles_text(self.caller.roles) or "without a role"
        return f"{self.caller.kind} {roles} {'in person' if self.is_person else 'by token'}"


class Alliance:
    """The registry, its callers, and what there is to act on."""

    def __init__(self, home: Path) -> None:
        self.registry = new_registry(home, verify_per_minute=0)
        self.callers: list[Known] = []
        self.things: dict[str | tuple[str, Action], dict[str, str]] = {}
        self._published()
        self._keys()
        with self.registry.database.writing() as session:
            writer = self.registry.log_writer(session, utc_now())
            join(session, writer, SECOND_BODY, utc_now())
            writer.flush()
            for member, kind in KINDS.items():
                for role in (None, *sorted(ROLES_OF[kind])):
                    self._callers(session, member, kind, frozenset() if role is None else frozenset({role}))
            self._declarations(session)
            self._of_organisations(session)
            self._of_the_operator(session)

    @contextmanager
    def undoing(self) -> Generator[Registry]:
        """The same registry, in which nothing stays."""
        real = self.registry
        database = Undoing(real.home.database_url(ENVIRON))
        try:
            yield Registry(real.home, database, real.ring)
        finally:
            database.dispose()

    def _callers(self, session: Session, member: str, kind: MemberKind, roles: frozenset[Role]) -> None:
        now = utc_now()
        person = _person(session, f"{member}-{roles_text(roles) or 'nothing'}", member, roles)
        secret = sessions.begin(session, person, member, Stage.FULL, now)
        token = tokens.issue(session, member, now, roles=roles)
        self.callers.append(Known(Caller(member, kind, roles, person), secret))
        self.callers.append(Known(Caller(member, kind, roles), token))

    def _published(self) -> None:
        """A record each, though not each of them could publish one."""
        done = published(self.registry, len(OWNERS))
        self.things["record"] = {owner: str(one.record) for owner, one in zip(OWNERS, done, strict=True)}
        with self.registry.database.writing() as session:
            for owner, record in self.things["record"].items():
                session.exec(update(RecordRow).where(col(RecordRow.index) == int(record)).values(owner_id=owner))

    def _keys(self) -> None:
        signers = {owner: a_key(at) for at, owner in enumerate(OWNERS)}
        for owner, signer in signers.items():
            enrolled(self.registry, signer, owner)
        self.things["kid"] = {owner: signer.kid for owner, signer in signers.items()}

    def _declarations(self, session: Session) -> None:
        now = utc_now()
        drafts = {owner: life.create(session, a_declaration(at), owner, now) for at, owner in enumerate(OWNERS, 10)}
        waiting = {owner: life.create(session, a_declaration(at), owner, now) for at, owner in enumerate(OWNERS, 20)}
        session.flush()
        for key in waiting.values():
            life.submit(session, life.row_of(session, key), now)
        self.things["declaration", Action.READ_DRAFT] = {owner: str(key) for owner, key in drafts.items()}
        self._objections(session)
        taken = life.create(session, a_declaration(30), OTHER, now)
        session.flush()
        reviews.submit(session, life.row_of(session, taken), SECOND_BODY.id, "a test", now)
        self.things["declaration"] = {owner: str(key) for owner, key in waiting.items()} | {TAKEN: str(taken)}
        self._questions(session, waiting)

    def _objections(self, session: Session) -> None:
        self.things["objection"] = {one: str(uuid4()) for one in (*OWNERS, TAKEN)}
        for owner, key in self.things["objection"].items():
            told: dict[str, Any] = {
                "owner_id": OTHER if owner == TAKEN else owner,
                "record": int(self.things["record"][OTHER]),
            }
            told |= {"body_id": SECOND_BODY.id if owner == TAKEN else CHECKER.id, "category": "other", "words": "x"}
            told |= {"id": key, "state": "admitted", "filed_at": utc_now(), "due_at": utc_now()}
            session.add(ObjectionRow(**told))

    def _questions(self, session: Session, asked: dict[str, UUID]) -> None:
        self.things["question"] = {owner: str(uuid4()) for owner in OWNERS}
        told: dict[str, Any] = {
            "body_id": CHECKER.id,
            "question": "Which plant?",
            "asked_by": "a test",
            "asked_at": utc_now(),
        }
        for owner, key in self.things["question"].items():
            session.add(QuestionRow(id=key, declaration_id=str(asked[owner]), **told))

    def _of_organisations(self, session: Session) -> None:
        now = utc_now()
        every = {owner: ROLES_OF[KINDS.get(owner, MemberKind.MANUFACTURER)] for owner in OWNERS}
        for owner, roles in every.items():
            links.new_link(session, links.Purpose.INVITATION, f"new@{owner}.example", now, owner, roles)
        session.flush()
        self.things["member"] = {owner: owner for owner in OWNERS}
        self.things["person"] = {
            owner: _person(session, f"{owner}-colleague", owner, roles) for owner, roles in every.items()
        }
        self.things["token"] = {owner: tokens.issue(session, owner, now).split("_")[1] for owner in OWNERS}
        self.things["invitation"] = {owner: links.invitations(session, owner, now)[0].id for owner in OWNERS}

        jobs = {owner: queue.put(session, imports.KIND, owner, b'{"file":"a.csv"}', {}, now) for owner in OWNERS}
        drawn = {owner: queue.put(session, bulk.KIND, owner, b"{}", {}, now) for owner in OWNERS}
        self.things["job", Action.PRINT_LABELS] = {owner: job.id for owner, job in drawn.items()}
        self.things["job"] = {owner: job.id for owner, job in jobs.items()}

    def _of_the_operator(self, session: Session) -> None:
        now = utc_now()
        contact = Contact(name="Ann", email="ann@newcomer.example")
        newcomer = Application(name={"en": "Newcomer"}, kind=MemberKind.RETAILER, contact=contact, plans=tuple(Plan))
        application = applications.apply(session, newcomer, now)
        colleague = self.things["person"][OPERATOR]
        approval = approvals.propose(session, approvals.Operation.RETIRE_KEY, "some-key", "it is old", colleague, now)
        self._cases(session, colleague, now)
        self.things["application"] = dict.fromkeys(OWNERS, str(application))
        self.things["approval"] = dict.fromkeys(OWNERS, approval.id)
        self.things["kid", Action.CHANGE_KEYS] = dict.fromkeys(OWNERS, record_key(self.registry).kid)

    def _cases(self, session: Session, expert: str, now: datetime) -> None:
        today = now.date()
        dates = Dates(nominations_from=today, nominations_until=today, scoring_until=date.max)
        criteria = (Criterion("effect", {"en": "Effect"}, 1),)
        call = Call(year=2026, title={"en": "Cases"}, categories=tuple(Plan), dates=dates, criteria=criteria)
        calls.open_call(session, call, now)
        session.add(ExpertRow(year=2026, person_id=expert))
        session.flush()
        self.things["year"] = dict.fromkeys(OWNERS, "2026")
        self.things["person", Action.RUN_CASES] = dict.fromkeys(OWNERS, expert)
        self.things["case"] = {owner: str(uuid4()) for owner in OWNERS}
        school, words = Plan.LOW_CARBON_EDUCATION, {"en": "A school"}
        for owner, key in self.things["case"].items():
            content = msgspec.json.encode(Case(organisation=owner, category=school, title=words, description=words))
            session.add(
                CaseRow(
                    id=key,
                    year=2026,
                    category=school,
                    member_id=owner,
                    nominated_by=owner,
                    content=content,
                    state=CaseState.NOMINATED,
                    nominated_at=now,
                )
            )


def _person(session: Session, name: str, member: str, roles: frozenset[Role]) -> str:
    now = utc_now()
    row = PersonRow(
        id=name, email=f"{name}@{member}.example", name=name, password_hash="", created_at=now, password_at=now
    )
    session.add(row)
    session.flush()
    session.add(MembershipRow(person_id=name, member_id=member, roles=roles_text(roles), created_at=now))
    return name
