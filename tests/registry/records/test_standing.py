"""Suspending, reinstating, withdrawing: each a status entry that says why, by whom and when; withdrawn is for good."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from registry.errors import InvalidInput, NotFound, WrongState
from registry.records.publish import Published
from registry.registry import OPERATOR, Registry
from schemas.entry import StatusEvent
from tests.world import assert_sound, change, log_of, new_registry, payload_of, published, verdict_on

SUSPENDED, REINSTATED, WITHDRAWN = StatusEvent.SUSPENDED, StatusEvent.REINSTATED, StatusEvent.WITHDRAWN


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture
def record(registry: Registry) -> Published:
    return published(registry, 1)[0]


def test_the_entry_says_what_why_by_whom_and_when(registry: Registry, record: Published) -> None:
    change(registry, record.record, SUSPENDED, "  the meter was broken ")
    newest = log_of(registry)[-1]
    assert newest.typ == "carbonlabel-status+jwt"
    assert payload_of(newest) == {
        "record": record.record,
        "status": "suspended",
        "reason": "the meter was broken",
        "by": OPERATOR,
        "at": "2026-05-01T12:00:00Z",
    }
    assert_sound(registry)


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ((), REINSTATED),
        ((SUSPENDED,), SUSPENDED),
        ((SUSPENDED, REINSTATED), REINSTATED),
        ((WITHDRAWN,), WITHDRAWN),
        ((WITHDRAWN,), SUSPENDED),
        ((WITHDRAWN,), REINSTATED),
        ((SUSPENDED, WITHDRAWN), REINSTATED),
    ],
)
def test_what_does_not_follow_is_refused_and_not_logged(
    registry: Registry, record: Published, before: tuple[StatusEvent, ...], event: StatusEvent
) -> None:
    for earlier in before:
        change(registry, record.record, earlier)
    size, verdict = len(log_of(registry)), verdict_on(registry, record.label).verdict
    with pytest.raises(WrongState):
        change(registry, record.record, event)
    assert (len(log_of(registry)), verdict_on(registry, record.label).verdict) == (size, verdict)


@pytest.mark.parametrize("reason", ["", "   ", "two\nlines", "x" * 1001, "\x00", "\ud800", "\u202eevil"])
def test_a_reason_is_one_public_line(registry: Registry, record: Published, reason: str) -> None:
    with pytest.raises(InvalidInput):
        change(registry, record.record, SUSPENDED, reason)
    assert verdict_on(registry, record.label).verdict == "valid"


@pytest.mark.parametrize("index", [-1, 0, 8, 2**63, 2**70])
def test_there_is_no_such_record(registry: Registry, record: Published, index: int) -> None:
    with pytest.raises(NotFound):
        change(registry, index, SUSPENDED)
