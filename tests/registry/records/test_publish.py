"""Publishing: one transaction, indexes without gap, and a label at once; what is refused says why."""

import random
import secrets
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from registry.database.tables import DeclarationRow
from registry.errors import NotFound, Refused, RegistryError, WrongState
from registry.records.publish import NotPublished, Outcome, Published, publish
from registry.records.standing import entry_row
from registry.registry import Registry
from schemas.declaration import Declaration
from schemas.entry import MAX_ENTRY, StatusEvent
from schemas.findings import Severity, findings
from tests.databases import execute
from tests.registry.records.conftest import records
from tests.world import (
    MAKER,
    NOW,
    RIVAL,
    VALID_UNTIL,
    a_declaration,
    a_place,
    assert_sound,
    change,
    entries_of,
    gln,
    gtin,
    log_of,
    new_registry,
    payload_of,
    published,
    submitted,
    verdict_on,
    verified,
)

pytestmark = pytest.mark.each_database

LONG = {"en": "long " * 12_000}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registry]:
    """One registry for all examples of a property."""
    with closing(new_registry(tmp_path_factory.mktemp("shared") / "home")) as registry:
        yield registry


def refusal(outcome: Outcome) -> RegistryError:
    assert isinstance(outcome, NotPublished), outcome
    return outcome.error


def codes(error: RegistryError) -> list[str]:
    assert isinstance(error, Refused), error
    return [finding.code for finding in error.findings if finding.severity is Severity.ERROR]


class TestOneAfterAnother:
    def test_each_takes_the_next_index_in_the_order_given(self, registry: Registry) -> None:
        before = len(log_of(registry))
        keys = verified(registry, map(a_declaration, range(5)))
        random.Random(1).shuffle(keys)
        outcomes = publish(registry, keys, NOW)
        assert [outcome.declaration for outcome in outcomes] == keys
        assert records(outcomes) == list(range(before, before + 5))
        assert_sound(registry)

    def test_nothing_to_publish_is_nothing_done(self, registry: Registry) -> None:
        before = log_of(registry)
        assert publish(registry, [], NOW) == []
        assert log_of(registry) == before

    def test_the_label_handed_out_is_valid_at_once(self, registry: Registry) -> None:
        product, place = published(registry, [a_declaration(1), a_place(2)])
        on_product, on_place = verdict_on(registry, product.label), verdict_on(registry, place.label)
        assert (on_product.verdict, on_product.gtin, on_product.gln) == ("valid", gtin(1), None)
        assert (on_place.verdict, on_place.gtin, on_place.gln) == ("valid", None, gln(2))

    def test_a_newer_declaration_of_a_product_supersedes_within_a_batch_and_across(self, registry: Registry) -> None:
        first, second = published(registry, [a_declaration(1), a_declaration(1, gwp_total=Decimal("1.6"))])
        (third,) = published(registry, [a_declaration(1, gwp_total=Decimal("1.5"))])
        declared = [payload_of(entry)["credentialSubject"]["declaration"] for entry in entries_of(registry, "vc+jwt")]
        assert [(it.get("version", 1), it.get("supersedes")) for it in declared] == [
            (1, None),
            (2, first.record),
            (3, second.record),
        ]
        assert [verdict_on(registry, it.label).verdict for it in (first, second, third)] == [
            "superseded",
            "superseded",
            "valid",
        ]
        assert verdict_on(registry, first.label).superseded_by == second.record
        assert_sound(registry)

    def test_the_entry_is_stored_hashed_and_served_as_the_same_bytes(self, registry: Registry) -> None:
        (record,) = published(registry, 1)
        (stored,) = entries_of(registry, "vc+jwt")
        (row,) = execute(registry.home.path, f'select jws, leaf from log_entry where "index" = {record.record}')
        with registry.database.reading() as session:
            served = entry_row(session, record.record).jws
        assert (stored.jws, stored.leaf) == row
        assert served == stored.jws
        assert stored.leaf == sha256(b"\x00" + stored.jws).digest()  # RFC 6962, 2.1

    def test_no_two_records_share_a_nonce(self, registry: Registry) -> None:
        published(registry, 20)
        nonces = [bytes.fromhex(payload_of(entry)["nonce"]) for entry in entries_of(registry, "vc+jwt")]
        assert {len(nonce) for nonce in nonces} == {16}
        assert len(set(nonces)) == 20


class TestRefused:
    """A declaration that is refused says why, takes no index, and stops no other."""

    def refused_between_two(self, registry: Registry, key: UUID, now: datetime = NOW) -> RegistryError:
        before = len(log_of(registry))
        first, last = verified(registry, [a_declaration(901), a_declaration(902)])
        outcomes = publish(registry, [first, key, last], now)
        assert records(outcomes) == [before, before + 1]
        assert_sound(registry)
        return refusal(outcomes[1])

    def test_a_declaration_that_nobody_registered(self, registry: Registry) -> None:
        assert isinstance(self.refused_between_two(registry, uuid4()), NotFound)

    def test_one_that_is_not_verified_yet(self, registry: Registry) -> None:
        (key,) = submitted(registry, [a_declaration(1)])
        assert isinstance(self.refused_between_two(registry, key), WrongState)

    def test_one_that_is_published_already(self, registry: Registry) -> None:
        (record,) = published(registry, 1)
        assert isinstance(self.refused_between_two(registry, record.declaration), WrongState)

    def test_the_same_one_twice_in_a_batch(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        one, two = publish(registry, [key, key], NOW)
        assert isinstance(one, Published)
        assert isinstance(refusal(two), WrongState)
        assert_sound(registry)

    @pytest.mark.parametrize("now", [datetime(2026, 2, 28, 23, 59, tzinfo=UTC), datetime(2028, 3, 2, tzinfo=UTC)])
    def test_one_that_does_not_hold_on_that_day(self, registry: Registry, now: datetime) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        (outcome,) = publish(registry, [key], now)
        assert isinstance(refusal(outcome), WrongState)
        assert str(VALID_UNTIL) in str(refusal(outcome))

    def test_a_gtin_of_another_member(self, registry: Registry) -> None:
        mine, theirs = a_declaration(1), a_declaration(1, product_name={"en": "Copy"})
        (key,) = verified(registry, [theirs], owner=RIVAL.id)  # verified while the number was still free
        published(registry, [mine])
        assert codes(self.refused_between_two(registry, key)) == ["gtin-owner"]

    def test_a_gln_of_another_member_within_one_batch(self, registry: Registry) -> None:
        (mine,), (theirs,) = verified(registry, [a_place(1)]), verified(registry, [a_place(1)], owner=RIVAL.id)
        one, two = publish(registry, [mine, theirs], NOW)
        assert isinstance(one, Published)
        assert codes(refusal(two)) == ["gtin-owner"]

    def test_a_withdrawn_product_s_number_is_free_again(self, registry: Registry) -> None:
        (first,) = published(registry, [a_declaration(1)])
        change(registry, first.record, StatusEvent.WITHDRAWN)
        (second,) = published(registry, [a_declaration(1)], owner=RIVAL.id)
        assert verdict_on(registry, second.label).verdict == "valid"
        assert verdict_on(registry, first.label).verdict == "withdrawn"
        assert_sound(registry)

    def test_one_too_large_for_the_log(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1, description=LONG)])
        assert codes(self.refused_between_two(registry, key)) == ["too-large"]

    @pytest.mark.parametrize("field", ["gwp_total", "declared_amount"])
    def test_a_figure_with_more_digits_than_a_label_can_carry_submitted_under_older_rules(
        self, registry: Registry, field: str
    ) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        with registry.database.writing() as session:
            row = session.get(DeclarationRow, str(key))
            assert row is not None
            declared = msgspec.json.decode(row.content, type=Declaration)
            row.content = msgspec.json.encode(replace(declared, **{field: Decimal("99999999999.999999999")}))
            session.add(row)
        assert codes(self.refused_between_two(registry, key)) == ["label-digits"]

    def test_the_largest_entry_that_a_log_takes_is_taken(self, registry: Registry) -> None:
        room = MAX_ENTRY - len(entries_of(registry, "carbonlabel-member+jwt")[0].jws) - 1_500
        (key,) = verified(registry, [a_declaration(1, description={"en": "x" * (room * 3 // 4)})])
        assert records(publish(registry, [key], NOW))
        assert 60_000 < len(log_of(registry)[-1].jws) <= MAX_ENTRY


figures = st.builds(lambda units, places: Decimal(units).scaleb(-places), st.integers(0, 10**22), st.integers(0, 9))


class TestFigures:
    @given(total=figures, amount=figures)
    @settings(max_examples=40, suppress_health_check=[HealthCheck.differing_executors])  # once on each database
    def test_whatever_figures_pass_the_rules_the_label_says_them_to_the_digit_or_are_refused(
        self, shared: Registry, total: Decimal, amount: Decimal
    ) -> None:
        declaration = a_declaration(
            secrets.randbelow(10**9),
            gwp_total=total,
            declared_amount=amount,
            declared_unit="piece",
            mass_per_unit=Decimal(1),
            owner=MAKER.id,
        )
        if any(finding.severity is Severity.ERROR for finding in findings(declaration)):
            return
        (outcome,) = publish(shared, verified(shared, [declaration]), NOW)
        assert isinstance(outcome, Published)
        figure = verdict_on(shared, outcome.label).footprint
        assert figure is not None
        assert (str(figure.value), str(figure.per.amount)) == (str(total), str(amount))
