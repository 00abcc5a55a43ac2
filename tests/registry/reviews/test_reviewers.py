"""Who is of the owner, or acted for it on a declaration, never reviews that declaration, whatever body they are of."""

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session

from registry.access.tokens import issue
from registry.database.author import Author
from registry.database.people_tables import MembershipRow, PersonRow
from registry.database.tables import DeclarationRow
from registry.declarations import life
from registry.declarations.states import DeclarationState
from registry.errors import NotAllowed
from registry.members.members import change
from registry.registry import Registry
from registry.reviews import questions, reviews
from registry.reviews.reviews import ReviewFinding
from schemas.member import Member
from tests.world import CHECKER, MAKER, NOW, RIVAL, VERIFICATION, a_declaration, new_registry

pytestmark = pytest.mark.each_database("soak")

CARL = "1f0c61a4-0000-4000-8000-000000000001"
LI = Author("person/li", MAKER.id)
STEPS: dict[str, Callable[[Session, DeclarationRow, str], object]] = {
    "take up": lambda session, row, by: reviews.take_up(session, row, CHECKER.id, by, NOW),
    "ask": lambda session, row, by: questions.ask(session, row, "Why?", None, CHECKER.id, by, NOW),
    "return": lambda session, row, by: reviews.give_back(session, row, FOUND, CHECKER.id, by, NOW),
    "verify": lambda session, row, by: reviews.state_verification(session, row, VERIFICATION, (), by, NOW),
}
FOUND = [ReviewFinding(sentence="The sums are wrong")]


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        with registry.database.writing() as session:
            told = {"email": "carl@checker.example", "name": "Carl", "password_hash": ""}
            session.add(PersonRow(id=CARL, created_at=NOW, password_at=NOW, **told))
        joins(registry, CHECKER.id)
        yield registry


def joins(registry: Registry, member: str) -> None:
    with registry.database.writing() as session:
        session.add(MembershipRow(person_id=CARL, member_id=member, roles="reviewer", created_at=NOW))


def part_of(registry: Registry, member: Member, owner: str) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        change(session, writer, msgspec.structs.replace(member, part_of=owner), NOW)
        writer.flush()


def leaves(registry: Registry, member: str) -> None:
    with registry.database.writing() as session:
        session.delete(session.get(MembershipRow, (CARL, member)))


def declared(registry: Registry, by: Author = LI, *, taken_up: bool) -> UUID:
    """A declaration that ``by`` drew up and submitted for its maker; a colleague of Carl's took it up, if anybody."""
    with registry.database.writing(by) as session:
        key = life.create(session, a_declaration(1), MAKER.id, NOW)
        session.flush()
        life.submit(session, life.row_of(session, key), NOW)
        if taken_up:
            reviews.take_up(session, life.row_of(session, key), CHECKER.id, "person/wei", NOW)
    return key


def steps_refused(registry: Registry, drawn_by: Author = LI, by: str = f"person/{CARL}") -> set[str]:
    """The steps that ``by`` may not take, as of the body, on what ``drawn_by`` drew up."""
    found = set()
    for name, step in STEPS.items():
        key = declared(registry, drawn_by, taken_up=name != "take up")
        try:
            with registry.database.writing() as session:
                step(session, life.row_of(session, key), by)
        except NotAllowed as problem:
            assert "another reviewer of checker" in str(problem)  # noqa: PT017 - what is allowed raises nothing
            found.add(name)
    return found


def test_who_has_no_part_in_a_declaration_reviews_it(registry: Registry) -> None:
    assert steps_refused(registry) == set()
    joins(registry, RIVAL.id)
    assert steps_refused(registry) == set()  # of another owner


def test_who_is_of_the_owner_as_well_reviews_nothing_of_it(registry: Registry) -> None:
    joins(registry, MAKER.id)
    assert steps_refused(registry) == set(STEPS)
    leaves(registry, MAKER.id)
    assert steps_refused(registry) == set()


def test_nor_who_is_of_an_organisation_that_belongs_together_with_the_owner(registry: Registry) -> None:
    joins(registry, RIVAL.id)
    part_of(registry, RIVAL, MAKER.id)
    assert steps_refused(registry) == set(STEPS)


def test_who_ever_acted_for_the_owner_on_a_declaration_never_reviews_that_one(registry: Registry) -> None:
    assert steps_refused(registry, drawn_by=Author(f"person/{CARL}", MAKER.id)) == set(STEPS)
    assert steps_refused(registry) == set()  # another one of the same owner


def test_what_was_done_with_a_token_was_done_by_whoever_made_it(registry: Registry) -> None:
    with registry.database.writing() as session:
        made, of_nobody, reviewing = (
            issue(session, member, NOW, issued_by=by).split("_")[1]
            for member, by in ((MAKER.id, CARL), (MAKER.id, None), (CHECKER.id, CARL))
        )
    assert steps_refused(registry, drawn_by=Author(f"token/{made}", MAKER.id)) == set(STEPS)
    assert steps_refused(registry, drawn_by=Author(f"token/{of_nobody}", MAKER.id)) == set()
    joins(registry, MAKER.id)
    assert steps_refused(registry, by=f"token/{reviewing}") == set(STEPS)


def test_who_has_a_part_in_it_can_hand_it_back(registry: Registry) -> None:
    key = declared(registry, taken_up=True)
    joins(registry, MAKER.id)
    with registry.database.writing(Author(f"person/{CARL}", CHECKER.id)) as session:
        reviews.hand_back(session, life.row_of(session, key), NOW)
    with registry.database.reading() as session:
        assert life.row_of(session, key).state == DeclarationState.SUBMITTED
