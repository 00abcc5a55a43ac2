"""One step of a declaration by whoever is calling: allowed, done, and told to whom it concerns, in one transaction.

The API and the pages take their steps here, so that both do the same.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from registry.access.callers import Caller
from registry.access.roles import Role
from registry.access.rules import Action, require
from registry.accounts.letters import Letters
from registry.database.tables import DeclarationRow
from registry.declarations import life
from registry.declarations.status import DeclarationStatus, status_of
from registry.records.publish import NotPublished, Outcome, Published, publish
from registry.registry import OPERATOR
from registry.reviews import questions, reviews
from registry.reviews.acceptance import Accepted
from registry.reviews.letters import Occasion, tell
from registry.reviews.reviews import ReviewFinding
from registry.web.service import Service
from schemas.declaration import Declaration, Verification
from schemas.findings import Finding


class Turn:
    """A caller's turn at a declaration, in a write transaction."""

    def __init__(self, session: Session, row: DeclarationRow, caller: Caller, letters: Letters, now: datetime) -> None:
        self.session = session
        self.row = row
        self.caller = caller
        self.now = now
        self._letters = letters
        self._by = caller.author.who

    def status(self, found: Sequence[Finding] | None = None) -> DeclarationStatus:
        """The declaration as it stands now; without ``found``, with what the registry finds."""
        return status_of(self.session, self.row, found)

    def revise(self, declaration: Declaration, signature: bytes | None = None) -> None:
        """The owner writes other content, with its own signature over it or without."""
        reviews.revise(self.session, self.row, declaration, self.now, signature)

    def submit(self, body: str | None) -> list[Finding]:
        """The owner submits, to a body of its choice or to any."""
        found = reviews.submit(self.session, self.row, body, self._by, self.now)
        if body is not None:
            self._tell(Occasion.ASSIGNED, (body, Role.REVIEWER))
        return found

    def assign(self, body: str) -> None:
        """The operator assigns a body."""
        reviews.assign(self.session, self.row, body, self._by, self.now)
        self._tell(Occasion.ASSIGNED, (body, Role.REVIEWER))

    def take_up(self) -> None:
        """The caller's body begins its review."""
        reviews.take_up(self.session, self.row, self.caller.member, self._by, self.now)

    def hand_back(self) -> None:
        """The caller's body does not review it, or no more."""
        reviews.hand_back(self.session, self.row, self.now)
        self._tell(Occasion.HANDED_BACK, (self.row.owner_id, Role.EDITOR), (OPERATOR, Role.OPERATOR))

    def ask(self, question: str, path: str | None) -> None:
        """The caller's body asks."""
        questions.ask(self.session, self.row, question, path, self.caller.member, self._by, self.now)
        self._tell(Occasion.QUESTION, (self.row.owner_id, Role.EDITOR))

    def answer(self, question: UUID, answer: str) -> None:
        """The owner answers."""
        asked = questions.answer(self.session, self.row, question, answer, self._by, self.now)
        self._tell(Occasion.ANSWER, (asked.body_id, Role.REVIEWER))

    def give_back(self, found: Sequence[ReviewFinding]) -> None:
        """The caller's body, or the operator, returns it with findings."""
        reviews.give_back(self.session, self.row, found, self.caller.member, self._by, self.now)
        self._tell(Occasion.RETURNED, (self.row.owner_id, Role.EDITOR))

    def state_verification(self, verification: Verification, accepted: Sequence[Accepted]) -> None:
        """The caller's body states what it checked."""
        reviews.state_verification(self.session, self.row, verification, accepted, self._by, self.now)
        self._tell(Occasion.VERIFIED, (self.row.owner_id, Role.EDITOR), (OPERATOR, Role.OPERATOR))

    def published(self) -> None:
        """It is published."""
        body = reviews.body_of(self.session, self.row)
        told = [(self.row.owner_id, Role.EDITOR), (self.row.owner_id, Role.SIGNER)]
        self._tell(Occasion.PUBLISHED, *told, *([(body, Role.REVIEWER)] if body is not None else []))

    def _tell(self, occasion: Occasion, *told: tuple[str, Role]) -> None:
        tell(self.session, self._letters, occasion, self.row, self.now, *told)


@contextmanager
def turn(service: Service, caller: Caller, declaration: UUID, action: Action, now: datetime) -> Generator[Turn]:
    """The caller's turn to do ``action``; what is done in the block is kept when it ends well.

    Raises ``NotFound`` and ``NotAllowed``.
    """
    with service.registry.database.writing(caller.author) as session:
        row = life.row_of(session, declaration)
        require(caller, action, row.owner_id, reviews.body_of(session, row))
        yield Turn(session, row, caller, service.accounts.letters, now)


def publish_one(service: Service, caller: Caller, declaration: UUID, now: datetime) -> Published:
    """The operator publishes. Raises ``NotFound``, ``NotAllowed``, and why it was not published."""

    def tell_of_it(session: Session, outcomes: Sequence[Outcome]) -> None:
        if isinstance(outcomes[0], Published):
            row = life.row_of(session, declaration)
            Turn(session, row, caller, service.accounts.letters, now).published()

    with service.registry.database.reading() as session:
        require(caller, Action.PUBLISH, life.row_of(session, declaration).owner_id)
    (outcome,) = publish(service.registry, [declaration], now, caller.author, tell_of_it)
    if isinstance(outcome, NotPublished):
        raise outcome.error
    return outcome
