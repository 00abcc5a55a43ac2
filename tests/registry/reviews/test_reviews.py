"""A review in the database: one body at a time, whoever comes at once; nothing is left of what was refused."""

from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session, select

from registry.database.review_tables import QuestionRow, ReviewRow
from registry.declarations import life
from registry.declarations.states import DeclarationState
from registry.errors import InvalidInput, NotAllowed, Refused, RegistryError, WrongState
from registry.members.members import change, join, leave, member
from registry.records.publish import NotPublished, Published, publish
from registry.registry import OPERATOR, Registry
from registry.reviews import questions, reviews
from registry.reviews.acceptance import Accepted, require_accepted
from registry.reviews.impartiality import eligible_bodies
from registry.reviews.reviews import ReviewFinding
from registry.reviews.words import sound_path, sound_words
from schemas.findings import Finding, Severity
from schemas.member import Member, MemberKind
from tests.world import (
    ACCREDITED,
    CHECKER,
    MAKER,
    NOW,
    VERIFICATION,
    a_declaration,
    new_registry,
    published,
    submitted,
    verified,
)

SECOND = Member(id="second", name={"en": "Second Body"}, kind=MemberKind.VERIFICATION_BODY, **ACCREDITED)
FOUND = [ReviewFinding(sentence="The sums are wrong")]


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        with registry.database.writing() as session:
            writer = registry.log_writer(session, NOW)
            join(session, writer, SECOND, NOW)
            writer.flush()
        yield registry


def state(session: Session, key: UUID) -> str:
    return life.row_of(session, key).state


@pytest.mark.each_database
def test_of_two_reviewers_who_take_it_up_at_once_one_gets_it(registry: Registry) -> None:
    keys = submitted(registry, [a_declaration(at) for at in range(6)])

    def take(key: UUID, body: str) -> str:
        try:
            with registry.database.writing() as session:
                reviews.take_up(session, life.row_of(session, key), body, body, NOW)
        except WrongState:
            return "too late"
        return body

    with ThreadPoolExecutor(4) as threads:
        for key in keys:
            took = list(threads.map(take, [key] * 4, [CHECKER.id, SECOND.id] * 2))
            (winner,) = set(took) - {"too late"}
            assert Counter(took)["too late"] == 3
            with registry.database.reading() as session:
                row = life.row_of(session, key)
                assert (row.state, reviews.body_of(session, row)) == (DeclarationState.UNDER_REVIEW, winner)


@pytest.mark.each_database
def test_a_verification_and_a_return_at_once_do_not_both_hold(registry: Registry) -> None:
    (key,) = submitted(registry, [a_declaration(0)])
    with registry.database.writing() as session:
        reviews.take_up(session, life.row_of(session, key), CHECKER.id, "a reviewer", NOW)

    def act(verifies: bool) -> None:
        with suppress(WrongState), registry.database.writing() as session:
            row = life.row_of(session, key)
            if verifies:
                reviews.state_verification(session, row, VERIFICATION, (), "a reviewer", NOW)
            else:
                reviews.give_back(session, row, FOUND, CHECKER.id, "a reviewer", NOW)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(act, (True, False)))
    with registry.database.reading() as session:
        row = life.row_of(session, key)
        assert row.state == DeclarationState.DRAFT  # verified, it can still be returned; returned, not verified
        assert life.content_of(row).verification is None
        assert len(reviews.returns(session, row)) == 1
        assert session.exec(select(ReviewRow)).all() == []


def test_what_is_returned_after_its_verification_says_nothing_of_it_any_more(registry: Registry) -> None:
    (key,) = verified(registry, [a_declaration(0)])
    with registry.database.writing() as session:
        reviews.give_back(session, life.row_of(session, key), FOUND, OPERATOR, "the operator", NOW)
    with registry.database.reading() as session:
        row = life.row_of(session, key)
        assert (row.state, life.content_of(row).verification) == (DeclarationState.DRAFT, None)
        assert reviews.body_of(session, row) is None
    (outcome,) = publish(registry, [key], NOW)
    assert isinstance(outcome, NotPublished)


def test_questions_that_were_open_when_a_review_ended_block_nobody(registry: Registry) -> None:
    (key,) = submitted(registry, [a_declaration(0)])
    with registry.database.writing() as session:
        row = life.row_of(session, key)
        reviews.take_up(session, row, CHECKER.id, "a reviewer", NOW)
        asked = questions.ask(session, row, "Why?", None, CHECKER.id, "a reviewer", NOW)
        with pytest.raises(WrongState, match="1 question waits"):
            reviews.state_verification(session, row, VERIFICATION, (), "a reviewer", NOW)
        reviews.hand_back(session, row, NOW)
        reviews.take_up(session, row, CHECKER.id, "a reviewer", NOW)
        with pytest.raises(WrongState, match="its review has ended"):
            questions.answer(session, row, UUID(asked.id), "Because", "an editor", NOW)
        reviews.state_verification(session, row, VERIFICATION, (), "a reviewer", NOW)
    with registry.database.reading() as session:
        (row,) = session.exec(select(QuestionRow)).all()
        assert row.closed_at is not None


def part_of(registry: Registry, one: str, owner: str) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        change(session, writer, msgspec.structs.replace(member(session, one), part_of=owner), NOW)
        writer.flush()


def test_a_related_body_is_found_out_at_publication_also_of_what_the_operator_vouched_for(registry: Registry) -> None:
    (key,) = verified(registry, [a_declaration(0)])
    part_of(registry, CHECKER.id, MAKER.id)
    (outcome,) = publish(registry, [key], NOW)
    assert isinstance(outcome, NotPublished)
    assert isinstance(outcome.error, Refused)
    assert [finding.code for finding in outcome.error.findings] == ["verification-body"]


@pytest.mark.parametrize(
    "owner", [MAKER.id, "Maker Works!", MAKER.ids[0].upper(), "nobody", "", " ", "?!", "urn:lei", "No\nid", "\0"]
)
def test_an_owner_is_a_member_or_named_as_one_that_is_none(registry: Registry, owner: str) -> None:
    with pytest.raises(InvalidInput) as problem:
        part_of(registry, MAKER.id, owner)
    assert problem.value.path == "$.part_of"


def test_a_body_does_not_check_what_is_of_an_owner_of_its_own_that_is_no_member(registry: Registry) -> None:
    (key,) = submitted(registry, [a_declaration(0)])
    part_of(registry, MAKER.id, "Big Holding Ltd")
    part_of(registry, CHECKER.id, "BIG HOLDING LTD.")
    with pytest.raises(NotAllowed, match="belong together"), registry.database.writing() as session:
        reviews.take_up(session, life.row_of(session, key), CHECKER.id, "a reviewer", NOW)
    with registry.database.writing() as session:
        assert [body.id for body in eligible_bodies(session, MAKER.id, NOW.date())] == [SECOND.id]
        reviews.take_up(session, life.row_of(session, key), SECOND.id, "a reviewer", NOW)


def accredited(registry: Registry, until: date) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        change(session, writer, msgspec.structs.replace(member(session, CHECKER.id), accreditation_until=until), NOW)
        writer.flush()


def test_a_body_states_nothing_from_the_day_after_its_accreditation_ended(registry: Registry) -> None:
    (key,) = submitted(registry, [a_declaration(0)])
    accredited(registry, NOW.date() - timedelta(1))
    with pytest.raises(NotAllowed, match="ended on 2026-04-30"), registry.database.writing() as session:
        reviews.state_verification(session, life.row_of(session, key), VERIFICATION, (), "a reviewer", NOW)
    accredited(registry, NOW.date())
    with registry.database.writing() as session:
        reviews.state_verification(session, life.row_of(session, key), VERIFICATION, (), "a reviewer", NOW)


def test_what_was_stated_while_the_accreditation_held_is_published_after_its_end(registry: Registry) -> None:
    (key,) = verified(registry, [a_declaration(0)])
    accredited(registry, VERIFICATION.date)
    (outcome,) = publish(registry, [key], NOW)
    assert isinstance(outcome, Published)


def test_what_was_stated_after_an_end_that_came_to_light_later_is_not_published(registry: Registry) -> None:
    (key,) = verified(registry, [a_declaration(0)])
    accredited(registry, VERIFICATION.date - timedelta(1))
    (outcome,) = publish(registry, [key], NOW)
    assert isinstance(outcome, NotPublished)
    assert isinstance(outcome.error, Refused)
    assert [finding.message["en"][:45] for finding in outcome.error.findings] == [
        "The verification body was not accredited on t"
    ]


def test_nobody_states_a_verification_of_a_day_to_come(registry: Registry) -> None:
    (key,) = submitted(registry, [a_declaration(0)])
    today = NOW.date()
    to_come, stated = (msgspec.structs.replace(VERIFICATION, date=day) for day in (today + timedelta(1), today))
    with pytest.raises(Refused) as refused, registry.database.writing() as session:
        reviews.state_verification(session, life.row_of(session, key), to_come, (), "a reviewer", NOW)
    assert [finding.code for finding in refused.value.findings] == ["verification-date"]
    with registry.database.writing() as session:
        reviews.state_verification(session, life.row_of(session, key), stated, (), "a reviewer", NOW)


def test_who_is_no_body_any_more_or_never_was_reviews_nothing(registry: Registry) -> None:
    (key,) = submitted(registry, [a_declaration(0)])
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        leave(session, writer, SECOND.id, NOW)
        writer.flush()
    for body in (SECOND.id, MAKER.id, OPERATOR):
        with pytest.raises((NotAllowed, WrongState)), registry.database.writing() as session:
            reviews.take_up(session, life.row_of(session, key), body, "a reviewer", NOW)
        with pytest.raises(InvalidInput), registry.database.writing() as session:
            reviews.assign(session, life.row_of(session, key), body, "the operator", NOW)
    with registry.database.reading() as session:
        assert state(session, key) == DeclarationState.SUBMITTED
        assert session.exec(select(ReviewRow)).all() == []


def test_what_is_published_is_reviewed_no_more(registry: Registry) -> None:
    (record,) = published(registry, 1)
    for act in (
        lambda session, row: reviews.take_up(session, row, CHECKER.id, "x", NOW),
        lambda session, row: reviews.give_back(session, row, FOUND, CHECKER.id, "x", NOW),
        lambda session, row: reviews.hand_back(session, row, NOW),
        lambda session, row: reviews.assign(session, row, CHECKER.id, "x", NOW),
        lambda session, row: reviews.revise(session, row, a_declaration(0), NOW),
        lambda session, row: questions.ask(session, row, "Why?", None, CHECKER.id, "x", NOW),
    ):
        with pytest.raises(WrongState), registry.database.writing() as session:
            act(session, life.row_of(session, record.declaration))


# Words


def a_warning(code: str, path: str) -> Finding:
    return Finding(code, path, Severity.WARNING, {"en": "x", "zh": "x"})


def test_each_warning_needs_a_word_of_its_own() -> None:
    found = [a_warning("claim", "$.claims"), a_warning("claim", "$.description")]
    one = Accepted(code="claim", path="$.claims", sentence="The law of the market allows it")
    with pytest.raises(Refused) as problem:
        require_accepted(found, [one])
    assert problem.value.findings == (found[1],)
    require_accepted(found, [one, Accepted(code="claim", path="$.description", sentence="Likewise")])
    with pytest.raises(InvalidInput) as wrong:
        require_accepted(found[:1], [one, Accepted(code="claim", path="$.description", sentence="Likewise")])
    assert wrong.value.path == "$.accepted[1]"
    require_accepted([], [])


@pytest.mark.parametrize("path", ["$", "$.gwp_total", "$.stages[0].gwp", "$.product_name.zh", "$.dqi.worst"])
def test_a_field_is_named_by_its_path(path: str) -> None:
    assert sound_path(path, "$.path") == path


@pytest.mark.parametrize(
    "path", ["", "gwp_total", "$.colour", "$..x", "$.stages[-1]", "$.gwp_total\n", "$" * 300, "$.é"]
)
def test_what_is_no_path_of_a_field_is_refused(path: str) -> None:
    with pytest.raises(RegistryError):
        sound_path(path, "$.path")


def test_lines_stay_apart_and_nothing_hides_in_them() -> None:
    assert sound_words(" One\r\ntwo \n", "$.answer", 20) == "One\ntwo"
    for hidden in ("", "  ", "a\x00b", "a\u202eb", "a\x1bb", "x" * 21):
        with pytest.raises(InvalidInput):
            sound_words(hidden, "$.answer", 20)
