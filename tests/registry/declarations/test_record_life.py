"""What became of a published declaration: the same that a scan of its label tells, and how it was superseded."""

from collections.abc import Generator
from contextlib import closing
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from registry.declarations.record_life import RecordLife, life_of, record_life
from registry.declarations.renewal import renew
from registry.errors import WrongState
from registry.records.standing import record_row
from registry.registry import Registry
from schemas.entry import StatusEvent
from tests.world import NOW, VALID_UNTIL, a_declaration, change, new_registry, published, verdict_on

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
