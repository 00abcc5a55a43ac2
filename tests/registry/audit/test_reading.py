"""Who sees which steps, in which order, and how they are written down."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta

import msgspec
import pytest

from registry.access.callers import Caller
from registry.access.roles import Role
from registry.audit import reading
from registry.audit.changes import Change
from registry.audit.reading import Form, Noted, Wanted, export, steps, wanted_by
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.audit.words import DONE, KINDS
from registry.errors import NotAllowed
from registry.registry import OPERATOR, Registry
from schemas.member import MemberKind
from tests.world import CHECKER, MAKER, NOW, RIVAL, new_registry, published

DAYS = 5
OPERA = Caller(OPERATOR, MemberKind.OPERATOR, frozenset({Role.OPERATOR}), "opera")
LI = Caller(MAKER.id, MemberKind.MANUFACTURER, frozenset({Role.SIGNER}), "li")
WEI = Caller(MAKER.id, MemberKind.MANUFACTURER, frozenset({Role.EDITOR}), "wei")
CARL = Caller(CHECKER.id, MemberKind.VERIFICATION_BODY, frozenset({Role.SIGNER}), "carl")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A record of the maker's; then each of DAYS days: Carl verifies something of the maker's, Li submits it."""
    with closing(new_registry(tmp_path_factory.mktemp("reading") / "home")) as registry:
        published(registry, 1)
        for day in range(1, DAYS + 1):
            at = NOW + timedelta(day)
            with registry.database.writing(CARL.author) as session:
                noted(session, at, Step(Did.VERIFIED, f"declaration/{day}", MAKER.id, (Change("/a", "b", "=c"),)))
            with registry.database.writing(LI.author) as session:
                noted(
                    session, at + timedelta(hours=11, minutes=59), Step(Did.SUBMITTED, f"declaration/{day}", MAKER.id)
                )
        yield registry


def seen(registry: Registry, wanted: Wanted, **how: object) -> list[Noted]:
    with registry.database.reading() as session:
        return steps(session, wanted, **how)  # ty: ignore[invalid-argument-type]


def test_the_operator_sees_all_a_member_what_is_its_own(registry: Registry) -> None:
    everything = seen(registry, wanted_by(OPERA, Wanted()))
    makers = seen(registry, wanted_by(LI, Wanted()))
    bodys = seen(registry, wanted_by(CARL, Wanted()))
    assert {step.owner for step in everything} >= {None, MAKER.id, RIVAL.id, CHECKER.id}
    assert [step.id for step in makers] == [step.id for step in everything if MAKER.id in (step.owner, step.member)]
    assert {step.action for step in bodys} == {"joined", "verified"}
    assert seen(registry, wanted_by(OPERA, Wanted(member=MAKER.id))) == [
        step for step in everything if MAKER.id in (step.owner, step.member)
    ]


def test_people_of_another_organisation_are_their_organisation(registry: Registry) -> None:
    who = {step.who for step in seen(registry, wanted_by(LI, Wanted()))}
    assert who == {"command line", "person/li", "member/checker"}
    assert "person/carl" in {step.who for step in seen(registry, wanted_by(CARL, Wanted()))}
    assert {"person/li", "person/carl"} <= {step.who for step in seen(registry, wanted_by(OPERA, Wanted()))}


def test_nobody_asks_for_another_s_and_no_editor_for_any() -> None:
    for caller, member in ((LI, RIVAL.id), (CARL, MAKER.id), (WEI, None), (WEI, MAKER.id)):
        with pytest.raises(NotAllowed):
            wanted_by(caller, Wanted(member=member))


def test_days_are_whole_and_both_included(registry: Registry) -> None:
    first = NOW.date() + timedelta(2)
    found = seen(registry, Wanted(first=first, last=first + timedelta(1)))
    assert [step.subject for step in found] == [f"declaration/{day}" for day in (2, 2, 3, 3)]
    assert seen(registry, Wanted(last=date.max)) == seen(registry, Wanted())


def test_any_days_may_be_asked_for(registry: Registry) -> None:
    every = seen(registry, Wanted())
    assert every
    for first, last in ((date.min, date.max), (date.min, None), (None, date.max), (date(1969, 12, 31), None)):
        assert seen(registry, Wanted(first=first, last=last)) == every
    assert seen(registry, Wanted(last=date.min)) == []
    assert seen(registry, Wanted(first=date.max)) == []


def test_a_record_and_its_declaration_have_one_history(registry: Registry) -> None:
    (made,) = (step for step in seen(registry, Wanted()) if step.action == "published")
    (is_record,) = made.changed
    by_record = seen(registry, Wanted(subject=f"record/{is_record.after}"))
    assert by_record == seen(registry, Wanted(subject=made.subject))
    assert {step.action for step in by_record} == {"created", "submitted", "verified", "published"}
    for nothing in ("record/x", "record/" + "9" * 30, "record/-1", "declaration/x'", "nothing"):
        assert seen(registry, Wanted(subject=nothing)) == []


def test_pages_follow_each_other_both_ways(registry: Registry) -> None:
    everything = seen(registry, Wanted())
    for newest_first in (False, True):
        found: list[Noted] = []
        while page := seen(
            registry, Wanted(), after=found[-1].id if found else None, most=3, newest_first=newest_first
        ):
            found += page
        assert found == (everything[::-1] if newest_first else everything)


@pytest.mark.parametrize("at_once", [1, 4, 1_000])
def test_an_export_has_every_step_once_in_every_form(
    registry: Registry, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", at_once)
    everything = [step.id for step in seen(registry, Wanted(), most=1_000)]
    whole = {form: b"".join(export(registry.database, Wanted(), form)) for form in Form}
    assert [step["id"] for step in msgspec.json.decode(whole[Form.JSON])["steps"]] == everything
    lines = [msgspec.json.decode(line, type=Noted) for line in whole[Form.NDJSON].splitlines()]
    assert [step.id for step in lines] == everything
    rows = list(csv.DictReader(io.StringIO(whole[Form.CSV].decode())))
    assert [row["id"] for row in rows] == everything
    (row,) = (row for row in rows if (row["action"], row["subject"]) == ("verified", "declaration/1"))
    assert row["changed"] == '[{"path":"/a","before":"b","after":"=c"}]'
    assert datetime.fromisoformat(row["at"]) == NOW + timedelta(1)
    nothing = Wanted(subject="nothing")
    assert msgspec.json.decode(b"".join(export(registry.database, nothing, Form.JSON))) == {"steps": []}


def test_every_step_has_its_words() -> None:
    assert set(DONE) == set(Did)
    assert all(both.text(language) for both in (*DONE.values(), *KINDS.values()) for language in ("en", "zh"))
