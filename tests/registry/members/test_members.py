"""Members join, change and leave by log entries; who has left calls no more, declares no more and checks no more."""

from collections.abc import Generator
from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
import pytest

from registry.access.tokens import authenticate, issue
from registry.errors import InvalidInput, NotAuthenticated, NotFound, RegistryError, WrongState
from registry.members.members import all_members, change, join, leave, member
from registry.records.publish import NotPublished, publish
from registry.registry import OPERATOR, Registry
from schemas.entry import EntryType
from schemas.member import Member, MemberKind, Plan
from tests.registry.members.checking import assert_checks_out
from tests.world import (
    CHECKER,
    MAKER,
    NOW,
    RIVAL,
    a_declaration,
    assert_sound,
    entries_of,
    new_registry,
    payload_of,
    published,
    verified,
)


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry
        assert_sound(registry)


def changed(registry: Registry, now: Member) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        change(session, writer, now, NOW)
        writer.flush()


def joined(registry: Registry, who: Member) -> None:
    with registry.database.writing() as session:
        join(session, registry.log_writer(session, NOW), who, NOW)


def left(registry: Registry, member_id: str) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        leave(session, writer, member_id, NOW)
        writer.flush()


def found(registry: Registry, member_id: str) -> Member:
    with registry.database.reading() as session:
        return member(session, member_id)


def test_a_change_is_an_entry_of_the_log_and_the_log_checks_out(registry: Registry) -> None:
    renamed = msgspec.structs.replace(
        MAKER, name={"en": "Maker & Sons"}, country="CN", plans=(Plan.CARBON_ZERO_SPACE, Plan.LOW_CARBON_PRODUCTS)
    )
    changed(registry, renamed)
    changed(registry, renamed)  # says nothing new, so the log says nothing
    assert found(registry, MAKER.id) == renamed
    entries = [payload_of(entry) for entry in entries_of(registry, EntryType.MEMBER)]
    assert [entry["event"] for entry in entries] == ["joined"] * 4 + ["changed"]
    assert entries[-1]["member"]["plans"] == ["carbon-zero-space", "low-carbon-products"]
    assert_checks_out(registry)


def test_the_end_of_an_accreditation_is_public(registry: Registry) -> None:
    changed(
        registry,
        msgspec.structs.replace(CHECKER, accreditation="CNAS C123-V", accreditation_until=date(2027, 1, 31)),
    )
    (*_, newest) = entries_of(registry, EntryType.MEMBER)
    assert payload_of(newest)["member"]["accreditation_until"] == "2027-01-31"


@pytest.mark.parametrize(
    ("particulars", "path"),
    [
        ({"accreditation": None, "accreditation_until": None}, "$.accreditation"),
        ({"accreditation": None}, "$.accreditation"),
        ({"accreditation": " "}, "$.accreditation"),
        ({"accreditation_until": None}, "$.accreditation_until"),
    ],
)
def test_a_body_is_accredited_by_somebody_until_some_day_however_it_is_made_or_changed(
    registry: Registry, particulars: dict[str, object], path: str
) -> None:
    lacking = msgspec.structs.replace(CHECKER, **particulars)
    for act in (lambda: changed(registry, lacking), lambda: joined(registry, lacking)):
        with pytest.raises(InvalidInput) as refused:
            act()
        assert refused.value.path == path
    assert found(registry, CHECKER.id) == CHECKER


@pytest.mark.parametrize(
    ("particulars", "path"),
    [
        ({"name": {}}, "$.name"),
        ({"name": {"en": "  "}}, "$.name"),
        ({"name": {"en": "two\nlines"}}, "$.name.en"),
        ({"name": {"en": "x" * 201}}, "$.name.en"),
        ({"name": {"en": "turned \u202e around"}}, "$.name.en"),
        ({"ids": ("lei:1",)}, "$.ids[0]"),
        ({"ids": ("urn:lei:1", "urn:lei:\u00e9")}, "$.ids[1]"),
        ({"ids": ("urn:lei:1",) * 21}, "$.ids"),
        ({"country": "China"}, "$.country"),
        ({"accreditation": "CNAS"}, "$.accreditation"),
        ({"accreditation_until": date(2027, 1, 1)}, "$.accreditation"),
    ],
)
def test_particulars_that_could_not_be_shown_are_refused(
    registry: Registry, particulars: dict[str, object], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed(registry, msgspec.structs.replace(MAKER, **particulars))
    assert refused.value.path == path
    assert found(registry, MAKER.id) == MAKER


def test_a_member_stays_what_it_is(registry: Registry) -> None:
    accredited = msgspec.structs.replace(MAKER, accreditation="Example 17029", accreditation_until=date(2030, 1, 1))
    with pytest.raises(WrongState, match="is a manufacturer, and stays one"):
        changed(registry, msgspec.structs.replace(accredited, kind=MemberKind.VERIFICATION_BODY))
    with pytest.raises(NotFound):
        changed(registry, msgspec.structs.replace(MAKER, id="nobody"))


def test_who_has_left_is_gone_and_its_id_is_taken_for_ever(registry: Registry) -> None:
    with registry.database.writing() as session:
        token = issue(session, RIVAL.id, NOW)
    left(registry, RIVAL.id)
    with registry.database.reading() as session, pytest.raises(NotAuthenticated):
        authenticate(session, token, NOW)
    with registry.database.reading() as session:
        assert [one.id for one in all_members(session)] == [CHECKER.id, MAKER.id, OPERATOR]
    again: list[type[RegistryError]] = [WrongState]
    for act in (lambda: found(registry, RIVAL.id), lambda: left(registry, RIVAL.id), lambda: changed(registry, RIVAL)):
        with pytest.raises(tuple(again), match="has left"):
            act()
    with registry.database.writing() as session, pytest.raises(WrongState, match="taken for ever"):
        join(session, registry.log_writer(session, NOW), RIVAL, NOW)
    assert payload_of(entries_of(registry, EntryType.MEMBER)[-1])["event"] == "left"
    assert_checks_out(registry)


@pytest.mark.parametrize("who", [MAKER.id, CHECKER.id])
def test_nothing_is_published_of_or_by_who_has_left_and_what_was_stands(registry: Registry, who: str) -> None:
    (before,) = published(registry, 1)
    (waiting,) = verified(registry, [a_declaration(7)])
    left(registry, who)
    (outcome,) = publish(registry, [waiting], NOW)
    assert isinstance(outcome, NotPublished)
    assert "has left" in str(outcome.error)
    assert before.label
    assert_checks_out(registry)


def test_the_operator_cannot_leave(registry: Registry) -> None:
    with pytest.raises(WrongState, match="operator cannot leave"):
        left(registry, OPERATOR)
