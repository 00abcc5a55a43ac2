"""Applications to join: sound ones wait, the operator decides once, and the contact's particulars stay inside."""

from collections.abc import Generator
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from registry.errors import InvalidInput, WrongState
from registry.members import applications
from registry.members.applications import Application, ApplicationState, Contact
from registry.members.members import member
from registry.registry import Registry
from schemas.entry import EntryType
from schemas.member import Member, MemberKind, Plan
from tests.registry.members.checking import assert_checks_out
from tests.world import NOW, entries_of, log_of, new_registry, payload_of

CONTACT = Contact(name="Li Wei", email="li.wei@mill.example", phone="+86 10 5555 0199")
MILL = Application(
    name={"en": "Green Valley Mill", "zh": "绿谷造纸"},
    kind=MemberKind.MANUFACTURER,
    contact=CONTACT,
    ids=("urn:uscc:91350211M000100Y43",),
    country="CN",
    plans=(Plan.LOW_CARBON_PRODUCTS, Plan.LOW_CARBON_EDUCATION, Plan.LOW_CARBON_PRODUCTS),
)
BODY = msgspec.structs.replace(
    MILL, kind=MemberKind.VERIFICATION_BODY, accreditation="CNAS C077-V", accreditation_until=date(2027, 6, 30)
)


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def applied(registry: Registry, application: Application) -> UUID:
    with registry.database.writing() as session:
        return applications.apply(session, application, NOW)


def approved(registry: Registry, key: UUID, member_id: str) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        row = applications.application_row(session, key)
        applications.approve(session, writer, row, member_id, "a person", NOW)


@pytest.mark.parametrize("application", [MILL, BODY], ids=["mill", "body"])
def test_approval_makes_it_a_member_by_a_log_entry_without_its_contact(
    registry: Registry, application: Application
) -> None:
    approved(registry, applied(registry, application), "mill")
    with registry.database.reading() as session:
        joined = member(session, "mill")
    assert joined == application.as_member("mill")
    assert joined.plans == (Plan.LOW_CARBON_EDUCATION, Plan.LOW_CARBON_PRODUCTS)
    entry = payload_of(entries_of(registry, EntryType.MEMBER)[-1])
    assert entry["event"] == "joined"
    assert msgspec.convert(entry["member"], Member) == joined
    said = msgspec.json.encode([payload_of(entry) for entry in log_of(registry)]).decode()
    assert not any(private in said for private in (CONTACT.email, CONTACT.name, "5555"))
    assert_checks_out(registry)


def test_it_is_decided_once(registry: Registry) -> None:
    key, other = applied(registry, MILL), applied(registry, MILL)
    approved(registry, key, "mill")
    with pytest.raises(WrongState, match="approved already"):
        approved(registry, key, "mill-two")
    with pytest.raises(WrongState, match="a member already"):
        approved(registry, other, "mill")
    with registry.database.writing() as session:
        row = applications.application_row(session, other)
        applications.refuse(session, row, "It applied twice", "a person", NOW)
        assert (row.state, row.reason, row.decided_by) == (ApplicationState.REFUSED, "It applied twice", "a person")
        with pytest.raises(WrongState, match="refused already"):
            applications.refuse(session, row, "Once more", "a person", NOW)


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 1_001])
def test_a_refusal_says_why_in_a_line(registry: Registry, reason: str) -> None:
    key = applied(registry, MILL)
    with registry.database.writing() as session, pytest.raises(InvalidInput) as refused:
        applications.refuse(session, applications.application_row(session, key), reason, "a person", NOW)
    assert refused.value.path == "$.reason"


@pytest.mark.parametrize(
    ("application", "path"),
    [
        (msgspec.structs.replace(MILL, kind=MemberKind.OPERATOR), "$.kind"),
        (msgspec.structs.replace(MILL, name={"en": " "}), "$.name"),
        (msgspec.structs.replace(MILL, name={"en": "\u3164"}), "$.name.en"),
        (msgspec.structs.replace(MILL, name={"en": "Mill", "zh": "\u2800"}), "$.name.zh"),
        (msgspec.structs.replace(MILL, name={"en": "Mi" + "\u0301" * 150}), "$.name.en"),
        (msgspec.structs.replace(MILL, plans=()), "$.plans"),
        (msgspec.structs.replace(MILL, accreditation="CNAS"), "$.accreditation"),
        (msgspec.structs.replace(BODY, accreditation=None), "$.accreditation"),
        (msgspec.structs.replace(BODY, accreditation_until=None), "$.accreditation_until"),
        (msgspec.structs.replace(BODY, accreditation_until=NOW.date()), "$.accreditation_until"),
        (msgspec.structs.replace(MILL, contact=Contact(name="\n", email=CONTACT.email)), "$.contact.name"),
        (msgspec.structs.replace(MILL, contact=Contact(name="Li", email="nobody")), "$.contact.email"),
    ],
)
def test_what_is_missing_or_wrong_is_named(registry: Registry, application: Application, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        applied(registry, application)
    assert refused.value.path == path
    with registry.database.reading() as session:
        assert applications.listed(session, None, 1) == ([], 0)


def test_they_are_listed_the_oldest_first(registry: Registry) -> None:
    first, second = applied(registry, MILL), applied(registry, BODY)
    approved(registry, first, "mill")
    with registry.database.reading() as session:
        rows, total = applications.listed(session, None, 1)
        assert ({row.id for row in rows}, total) == ({str(first), str(second)}, 2)
        rows, total = applications.listed(session, ApplicationState.WAITING, 1)
        assert ([row.id for row in rows], total) == ([str(second)], 1)
        assert applications.content_of(rows[0]) == BODY
