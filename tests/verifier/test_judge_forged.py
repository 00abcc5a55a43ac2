"""The judge against whoever holds the real label key: a thief never gets valid."""

from collections.abc import Generator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.labels.art import label_text
from registry.labels.minting import mint
from registry.records.publish import Published
from registry.registry import Registry
from registry.verification.online import OnlineVerifier
from schemas.entry import StatusEvent
from schemas.gs1 import Gs1Path, parse_path
from schemas.label import LabelClaims, encode_claims
from schemas.verdict import GENUINE
from tests.verifier import labels
from tests.verifier.forging import AFTER, BEFORE, claims_of, forge, mint_for, supersede
from tests.world import (
    NOW,
    a_declaration,
    a_place,
    change,
    gln,
    gtin,
    label_key,
    log_of,
    new_registry,
    published,
    verdict_on,
)


@pytest.fixture(scope="module")
def robbed(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Registry, OnlineVerifier]]:
    """A registry whose label key others have, with records 7 to 10, and its verifier."""
    with closing(new_registry(tmp_path_factory.mktemp("robbed") / "home")) as registry:
        published(registry, [a_declaration(0), a_declaration(1), a_place(0), a_declaration(0, gwp_total=Decimal(1))])
        with closing(OnlineVerifier(registry)) as judging:
            yield registry, judging


def text_of(registry: Registry, record: int) -> str:
    with registry.database.reading() as session:
        return label_text(session, record)


class TestForged:
    """The record in the log is another: whoever holds the real label key gets no further than this."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"leaf16": bytes(16)},
            {"footprint": Decimal("1.70")},
            {"footprint": Decimal("1.6")},
            {"amount": Decimal(2)},
            {"unit": labels.DeclaredUnit.LITER},
            {"boundary": labels.Boundary.CRADLE_TO_GRAVE},
            {"year": 2024},
            {"issued": date(2026, 5, 2)},
            {"expires": date(2030, 1, 1)},
            {"record": 0},  # a key entry
            {"record": 3},  # a member entry
        ],
        ids=str,
    )
    def test_any_claim_that_the_log_does_not_have(
        self, registry: Registry, record: Published, changes: dict[str, Any]
    ) -> None:
        verdict = verdict_on(registry, forge(registry, record, **changes))
        assert (verdict.verdict, verdict.reason) == ("forged", "record-is-another")

    def test_another_record_s_leaf_under_this_index(self, registry: Registry, record: Published) -> None:
        (other,) = published(registry, [a_declaration(1)])
        verdict = verdict_on(registry, forge(registry, record, leaf16=claims_of(other.label).leaf16))
        assert verdict.reason == "record-is-another"

    @pytest.mark.parametrize("path", [f"/01/{gtin(1)}", f"/01/{gtin(1)}/10/A", f"/414/{gln(0)}"])
    def test_the_record_s_own_claims_on_another_product(self, registry: Registry, record: Published, path: str) -> None:
        verdict = verdict_on(registry, forge(registry, record, path))
        assert (verdict.verdict, verdict.reason) == ("forged", "record-is-another")

    def test_a_status_entry_is_no_record(self, registry: Registry, record: Published) -> None:
        change(registry, record.record, StatusEvent.SUSPENDED)
        assert verdict_on(registry, forge(registry, record, record=8)).reason == "record-is-another"


class TestBelowClass:
    PATH = Gs1Path.of(gtin=gtin(0), lot="L/1", serial="7")

    def test_a_label_for_a_lot_or_serial_number_counts_once_the_log_has_it(
        self, registry: Registry, record: Published
    ) -> None:
        forged = forge(registry, record, self.PATH.text)
        assert verdict_on(registry, forged).reason == "label-not-in-log"
        minted = mint_for(registry, record, self.PATH)
        verdict = verdict_on(registry, minted)
        assert (verdict.verdict, verdict.lot, verdict.serial) == ("valid", "L/1", "7")
        assert mint_for(registry, record, self.PATH) == minted

    def test_only_for_the_record_that_it_was_minted_for(self, registry: Registry, record: Published) -> None:
        mint_for(registry, record, self.PATH)
        newer = supersede(registry)
        assert verdict_on(registry, forge(registry, newer, self.PATH.text)).reason == "label-not-in-log"

    def test_it_shares_the_fate_of_its_record(self, registry: Registry, record: Published) -> None:
        minted = mint_for(registry, record, self.PATH)
        change(registry, record.record, StatusEvent.WITHDRAWN)
        assert verdict_on(registry, minted).verdict == "withdrawn"


class TestThief:
    """A thief of the real label key, whatever he signs, for whatever path, never gets more than the log has."""

    places = st.sampled_from([f"/01/{gtin(0)}", f"/01/{gtin(1)}", f"/01/{gtin(2)}", f"/414/{gln(0)}", f"/414/{gln(1)}"])
    paths = st.builds(
        "".join,
        st.tuples(places, st.sampled_from(["", "", "/10/A", "/21/1", "/22/V/10/A/21/1"])),
    ).filter(lambda path: path.startswith("/01/") or path.count("/") == 2)

    @given(st.data())
    def test_never_valid_unless_it_is_the_very_label_of_a_record(
        self, robbed: tuple[Registry, OnlineVerifier], data: st.DataObject
    ) -> None:
        registry, judging = robbed
        genuine = [text_of(registry, index) for index in range(7, 11)]
        real = claims_of(data.draw(st.sampled_from(genuine)))
        wish = data.draw(labels.claims)
        fields = data.draw(st.sets(st.sampled_from(LabelClaims.__struct_fields__), max_size=9))
        claims = msgspec.structs.replace(real, **{name: getattr(wish, name) for name in fields})
        if claims.issued > claims.expires:
            claims = msgspec.structs.replace(claims, issued=claims.expires, expires=claims.issued)
        path = data.draw(self.paths)
        label = mint(encode_claims(claims), parse_path(path), "id.example.org", label_key(registry))
        for now in (NOW, AFTER, BEFORE):
            verdict = judging.verify(label, now)
            assert verdict.verdict not in GENUINE or label in genuine
            assert verdict.footprint is None or label in genuine

    def test_the_key_alone_is_not_enough_even_for_the_next_index(self, robbed: tuple[Registry, OnlineVerifier]) -> None:
        registry, judging = robbed
        claims = msgspec.structs.replace(labels.CLAIMS, record=len(log_of(registry)), issued=NOW.date())
        label = mint(encode_claims(claims), parse_path(f"/01/{gtin(9)}"), "id.example.org", label_key(registry))
        assert judging.verify(label, NOW).verdict == "unlogged"

    @given(st.text(max_size=40))
    def test_any_text_gets_a_verdict(self, robbed: tuple[Registry, OnlineVerifier], text: str) -> None:
        registry, judging = robbed
        label = text_of(registry, 7)
        for scan in (text, label + text, text + label, label[: len(text) * 7] + text + label[len(text) * 7 :]):
            verdict = judging.verify(scan, NOW, text)
            assert verdict.verdict not in {"valid", "superseded"} or text in ("", gtin(0), gtin(0)[1:])
            msgspec.json.encode(verdict)
