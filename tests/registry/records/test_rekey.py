"""Keys that end: rotated ones leave what they signed good, compromised ones only what lies below the index stated."""

from collections.abc import Generator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from keys import KeyState, KeyUse, Signer, TrustedKey, TrustList, UnknownKey
from registry.errors import InvalidInput, WrongState
from registry.labels.art import label_text
from registry.labels.minting import mint
from registry.log.keys import key_entries, trust_list
from registry.records.publish import Published
from registry.records.rekey import end_key
from registry.registry import Registry
from schemas.gs1 import parse_path
from tests.databases import failing
from tests.verifier.labels import token_of
from tests.world import (
    ENVIRON,
    a_declaration,
    assert_sound,
    entries_of,
    gtin,
    label_key,
    log_of,
    new_registry,
    payload_of,
    published,
    record_key,
    verdict_on,
)


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def products(registry: Registry, *numbers: int) -> list[Published]:
    return published(registry, [a_declaration(number) for number in numbers])


def printed_anew(registry: Registry, record: Published) -> str:
    with registry.database.reading() as session:
        return label_text(session, record.record)


def verdicts(registry: Registry, *labels: str) -> list[str]:
    return [verdict_on(registry, label).verdict for label in labels]


def trusted(registry: Registry, kid: str) -> TrustedKey:
    (key,) = (key for key in registry.trust().keys if key.kid == kid)
    return key


def names(label: str, signer: Signer) -> bool:
    return token_of(label)[8:16].hex() == signer.kid


class TestRotated:
    def test_a_label_key_s_old_labels_stay_valid_and_new_ones_are_its_successor_s(self, registry: Registry) -> None:
        old = label_key(registry)
        (before,) = products(registry, 0)
        successor, minted = end_key(registry, old.kid, None)
        (after,) = products(registry, 1)
        assert (label_key(registry).kid, minted) == (successor, 0)
        assert names(before.label, old)
        assert names(after.label, label_key(registry))
        assert verdicts(registry, before.label, after.label) == ["valid", "valid"]
        assert trusted(registry, old.kid).state is KeyState.RETIRED
        assert_sound(registry)

    def test_a_retired_label_key_signs_nothing_newer(self, registry: Registry) -> None:
        old = label_key(registry)
        end_key(registry, old.kid, None)
        (after,) = products(registry, 1)
        with registry.database.reading() as session:
            payload = session.connection().exec_driver_sql("select claims from record").scalar_one()
        forged = mint(payload, parse_path(f"/01/{gtin(1)}"), "id.example.org", old)
        assert verdict_on(registry, forged).reason == "key-retired"
        assert verdict_on(registry, after.label).verdict == "valid"

    def test_a_record_key_hands_over_within_the_log(self, registry: Registry) -> None:
        old = record_key(registry)
        (before,) = products(registry, 0)
        end_key(registry, old.kid, None)
        (after,) = products(registry, 1)
        assert record_key(registry).kid != old.kid
        assert verdicts(registry, before.label, after.label) == ["valid", "valid"]
        assert_sound(registry)

    def test_the_log_key_is_replaced_in_trust_json(self, registry: Registry) -> None:
        before = registry.trust().log_key()
        (kid,) = registry.ring.kids(KeyUse.LOG)
        end_key(registry, kid, None)
        assert registry.trust().log_key() != before
        assert_sound(registry)

    def test_the_private_half_is_destroyed(self, registry: Registry) -> None:
        old = label_key(registry)
        end_key(registry, old.kid, None)
        assert old.kid not in registry.ring.kids(KeyUse.LABEL)
        with closing(Registry.open(registry.home.path, ENVIRON)) as reopened, pytest.raises(UnknownKey):
            reopened.ring.signer(old.kid)

    def test_another_process_follows_at_its_next_publication(self, registry: Registry) -> None:
        with closing(Registry.open(registry.home.path, ENVIRON)) as other:
            products(other, 0)
            end_key(registry, label_key(registry).kid, None)
            end_key(registry, record_key(registry).kid, None)
            (after,) = products(other, 1)
        assert verdict_on(registry, after.label).verdict == "valid"
        assert_sound(registry)


class TestCompromised:
    def test_labels_below_the_index_stay_valid_and_those_above_are_forged_until_printed_anew(
        self, registry: Registry
    ) -> None:
        old = label_key(registry)
        below, at, above = products(registry, 0, 1, 2)
        _, minted = end_key(registry, old.kid, at.record)
        assert minted == 2
        assert verdicts(registry, below.label, at.label, above.label) == ["valid", "forged", "forged"]
        assert printed_anew(registry, below) == below.label
        assert verdicts(registry, printed_anew(registry, at), printed_anew(registry, above)) == ["valid", "valid"]
        assert_sound(registry)

    def test_from_the_next_index_on_nothing_printed_is_lost(self, registry: Registry) -> None:
        (record,) = products(registry, 0)
        _, minted = end_key(registry, label_key(registry).kid, len(log_of(registry)))
        assert minted == 0
        assert verdict_on(registry, record.label).verdict == "valid"

    def test_from_the_beginning_every_label_is_minted_again(self, registry: Registry) -> None:
        records = products(registry, 0, 1)
        end_key(registry, label_key(registry).kid, 0)
        assert verdicts(registry, *(record.label for record in records)) == ["forged", "forged"]
        assert verdicts(registry, *(printed_anew(registry, record) for record in records)) == ["valid", "valid"]
        assert trusted(registry, registry.trust().keys[1].kid)

    def test_a_retired_label_key_can_still_be_found_compromised(self, registry: Registry) -> None:
        old = label_key(registry)
        below, at = products(registry, 0, 1)
        end_key(registry, old.kid, None)
        (after,) = products(registry, 2)
        successor = label_key(registry)
        assert end_key(registry, old.kid, at.record) == (None, 2)
        assert label_key(registry).kid == successor.kid
        assert verdicts(registry, below.label, at.label, after.label) == ["valid", "forged", "valid"]
        assert verdicts(registry, printed_anew(registry, at), printed_anew(registry, after)) == ["valid", "valid"]
        key = trusted(registry, old.kid)
        assert (key.state, key.until) == (KeyState.COMPROMISED, at.record)

    def test_an_end_that_was_stated_earlier_is_not_moved_later(self, registry: Registry) -> None:
        old = label_key(registry)
        end_key(registry, old.kid, None)
        retired_at = trusted(registry, old.kid).until
        products(registry, 0, 1)
        end_key(registry, old.kid, len(log_of(registry)))
        assert trusted(registry, old.kid).until == retired_at

    def test_a_record_key_s_records_above_count_no_more_and_declaring_again_mends_it(self, registry: Registry) -> None:
        below, at = products(registry, 0, 1)
        stolen = record_key(registry)
        end_key(registry, stolen.kid, at.record)
        assert verdict_on(registry, below.label).verdict == "valid"
        assert verdict_on(registry, at.label).reason == "record-key-compromised"
        (again,) = published(registry, [a_declaration(1, gwp_total=Decimal("1.6"))])
        assert verdict_on(registry, again.label).verdict == "valid"
        assert record_key(registry).kid != stolen.kid
        newest = log_of(registry)[-3:]
        assert [entry.typ for entry in newest] == ["carbonlabel-key+jwt", "carbonlabel-key+jwt", "vc+jwt"]

    def test_nothing_more_is_signed_by_a_stolen_record_key(self, registry: Registry) -> None:
        stolen = record_key(registry)
        size = len(log_of(registry))
        end_key(registry, stolen.kid, size)
        assert_sound(registry)
        assert [payload_of(entry)["event"] for entry in log_of(registry)[size:]] == ["introduced", "compromised"]


class TestRefused:
    def test_a_key_that_the_log_does_not_know(self, registry: Registry) -> None:
        with pytest.raises(InvalidInput, match="keys list"):
            end_key(registry, "0" * 16, None)

    @pytest.mark.parametrize("first", [-1, 8, 2**63])
    def test_an_index_that_the_log_does_not_have(self, registry: Registry, first: int) -> None:
        with pytest.raises(InvalidInput, match="0 to 7"):
            end_key(registry, label_key(registry).kid, first)

    def test_ending_twice(self, registry: Registry) -> None:
        old = label_key(registry).kid
        end_key(registry, old, None)
        with pytest.raises(WrongState):
            end_key(registry, old, None)
        end_key(registry, old, 5)
        with pytest.raises(WrongState):
            end_key(registry, old, 4)
        assert_sound(registry)

    def test_when_it_fails_the_key_stays_in_force_and_another_process_may_do_it(self, registry: Registry) -> None:
        """The keys that were drawn for the attempt that failed must sign nothing, though the indexes are the same."""
        (record,) = products(registry, 0)
        old, before = label_key(registry), log_of(registry)
        with failing(registry.home.path, "after update on label"), pytest.raises(SQLAlchemyError, match="on fire"):
            end_key(registry, old.kid, record.record)
        assert log_of(registry) == before
        with closing(Registry.open(registry.home.path, ENVIRON)) as other:
            end_key(other, old.kid, record.record)
        (after,) = products(registry, 1)
        assert verdict_on(registry, after.label).verdict == "valid"
        assert label_key(registry).kid in {key.kid for key in registry.trust().keys}
        assert_sound(registry)


class TestTrustJson:
    def test_it_is_a_pure_function_of_the_log(self, registry: Registry) -> None:
        products(registry, 0, 1)
        end_key(registry, label_key(registry).kid, 8)
        end_key(registry, record_key(registry).kid, None)
        with registry.database.reading() as session:
            derived = trust_list(key_entries(session), registry.config)
        with closing(Registry.open(registry.home.path, ENVIRON)) as reopened:
            assert reopened.trust().encode() == registry.trust().encode() == derived.encode()
        assert TrustList.parse(registry.trust().encode()) == registry.trust()

    def test_it_changes_only_when_a_key_entry_is_written(self, registry: Registry) -> None:
        before = registry.trust().encode()
        products(registry, 0)
        assert registry.trust().encode() == before
        assert len(entries_of(registry, "carbonlabel-key+jwt")) == 3
