"""What became of a published declaration: the same that a scan of its label tells, and how it was superseded."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from registry.audit.changes import Change
from registry.audit.reading import Wanted, steps
from registry.declarations.life import revise, row_of, state_verification, submit
from registry.declarations.record_life import RecordLife, life_of, record_life
from registry.declarations.renewal import renew
from registry.errors import WrongState
from registry.records.publish import Published, publish
from registry.records.standing import record_row
from registry.registry import OPERATOR, Registry
from schemas.entry import StatusEvent
from tests.world import NOW, VALID_UNTIL, VERIFICATION, a_declaration, change, new_registry, published, verdict_on

LATER = {"reference_start": date(2025, 2, 1), "reference_end": date(2026, 1, 31)}


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def life(registry: Registry, record: int, after: timedelta = timedelta(0)) -> RecordLife:
    with registry.database.reading() as session:
        return record_life(session, record_row(session, record), NOW.date() + after)


def test_what_is_for_good_comes_first() -> None:
    today = date(2026, 5, 1)
    for standing, superseded, renewed in product(("suspended", "withdrawn"), (False, True), (False, True)):
        for expires in (today, today - timedelta(1)):
            assert life_of(standing, expires, superseded, renewed, today) == standing
    assert life_of("active", today, False, False, today) is RecordLife.ACTIVE
    assert life_of("active", today - timedelta(1), True, True, today) is RecordLife.EXPIRED


def test_a_correction_supersedes_and_a_later_period_renews(registry: Registry) -> None:
    first, other = published(registry, 2)
    assert life(registry, first.record) is RecordLife.ACTIVE
    published(registry, [a_declaration(0, **LATER), a_declaration(1)])
    assert life(registry, first.record) is RecordLife.RENEWED
    assert life(registry, other.record) is RecordLife.SUPERSEDED


def test_it_says_what_a_scan_says(registry: Registry) -> None:
    one, two, three, four = published(registry, 4)
    published(registry, [a_declaration(1)])
    change(registry, three.record, StatusEvent.SUSPENDED)
    change(registry, four.record, StatusEvent.WITHDRAWN)
    words = {RecordLife.ACTIVE: "valid"}
    for days in (timedelta(0), VALID_UNTIL - NOW.date(), VALID_UNTIL - NOW.date() + timedelta(1)):
        for record in (one, two, three, four):
            stands = life(registry, record.record, days)
            assert verdict_on(registry, record.label, NOW + days).verdict == words.get(stands, stands)


def test_only_the_newest_that_was_not_withdrawn_is_renewed(registry: Registry) -> None:
    first, gone = published(registry, 2)
    (newer,) = published(registry, [a_declaration(0)])
    change(registry, gone.record, StatusEvent.WITHDRAWN)
    for record in (first.record, gone.record):
        with pytest.raises(WrongState), registry.database.writing() as session:
            renew(session, record_row(session, record), NOW)
    change(registry, newer.record, StatusEvent.SUSPENDED)
    with registry.database.writing() as session:
        renew(session, record_row(session, newer.record), NOW)


TO_PUBLICATION = {"created", "submitted", "verified", "published"}


def noted_of(registry: Registry, record: int) -> list[tuple[str, str, list[Change]]]:
    """What became of a record once it was published, as its history has it: steps, subjects, what changed."""
    with registry.database.reading() as session:
        found = steps(session, Wanted(subject=f"record/{record}"))
    told = [(one.action, one.subject, list(one.changed)) for one in found if one.action not in TO_PUBLICATION]
    return sorted(told, key=lambda one: one[0])  # all at one moment, in these tests


def test_the_history_of_a_record_says_what_took_its_place(registry: Registry) -> None:
    first, other, gone, kept = published(registry, 4)
    change(registry, gone.record, StatusEvent.WITHDRAWN)
    newer = published(registry, [a_declaration(0, **LATER), a_declaration(1), a_declaration(2, **LATER)])
    for record, by, said in zip((first, other), newer, ("renewed", "superseded"), strict=False):
        assert noted_of(registry, record.record) == [
            (said, f"record/{record.record}", [Change("/superseded_by", None, by.record)])
        ]
    assert [action for action, *_ in noted_of(registry, gone.record)] == ["superseded", "withdrawn"]
    assert noted_of(registry, kept.record) == []


def test_what_takes_the_place_of_another_of_its_own_batch_is_noted_too(registry: Registry) -> None:
    one, two, three = published(registry, [a_declaration(0), a_declaration(0), a_declaration(0, **LATER)])
    assert [action for action, *_ in noted_of(registry, one.record)] == ["superseded"]
    assert [action for action, *_ in noted_of(registry, two.record)] == ["renewed"]
    assert noted_of(registry, three.record) == []


def begin_renewal(registry: Registry, record: int) -> UUID:
    with registry.database.writing() as session:
        return renew(session, record_row(session, record), NOW)


@pytest.mark.each_database
def test_a_renewal_is_begun_once_whoever_presses_at_once(registry: Registry) -> None:
    first, _ = published(registry, 2)
    with ThreadPoolExecutor(4) as threads:
        (draft,) = set(threads.map(lambda _: begin_renewal(registry, first.record), range(4)))
    begun = ("renewal begun", f"declaration/{first.declaration}", [Change("/draft", None, str(draft))])
    assert noted_of(registry, first.record) == [begun]
    with registry.database.writing() as session:
        row = row_of(session, draft)
        revise(session, row, a_declaration(0, **LATER), NOW)
        submit(session, row, NOW)
    assert begin_renewal(registry, first.record) == draft  # wherever it is on its way
    with registry.database.writing() as session:
        state_verification(session, row_of(session, draft), VERIFICATION, OPERATOR, NOW)
    (outcome,) = publish(registry, [draft], NOW)
    assert isinstance(outcome, Published)
    assert [action for action, *_ in noted_of(registry, first.record)] == ["renewal begun", "renewed"]
    assert begin_renewal(registry, outcome.record) != draft


def test_a_draft_that_was_made_another_product_s_is_no_renewal_any_more(registry: Registry) -> None:
    (first,) = published(registry, 1)
    draft = begin_renewal(registry, first.record)
    with registry.database.writing() as session:
        revise(session, row_of(session, draft), a_declaration(7), NOW)
    assert begin_renewal(registry, first.record) != draft
