"""The judge against a real registry's log: every verdict and reason, the worst first; a thief never gets valid."""

import re
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import Ed25519Signer, TrustList
from registry.labels.art import label_text
from registry.labels.minting import mint
from registry.labels.sets import mint_below_class
from registry.records.publish import Published
from registry.records.rekey import end_key
from registry.registry import Registry
from registry.verification.online import OnlineVerifier
from schemas.entry import StatusEvent
from schemas.gs1 import Gs1Path, parse_path
from schemas.label import LabelClaims, encode_claims, parse_claims, parse_label, parse_token
from schemas.verdict import GENUINE, Freshness, Verdict, VerdictCode
from tests.verifier import labels
from tests.world import (
    NOW,
    VALID_UNTIL,
    a_declaration,
    a_place,
    change,
    gln,
    gtin,
    label_key,
    log_of,
    new_registry,
    published,
    record_key,
    verdict_on,
)
from verifier import NoLog, TrustedKeys, judge

AFTER = datetime.combine(VALID_UNTIL + timedelta(days=1), datetime.min.time(), UTC)
BEFORE = NOW - timedelta(days=1)


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture
def record(registry: Registry) -> Published:
    """Product 0, published."""
    return published(registry, 1)[0]


@pytest.fixture(scope="module")
def robbed(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Registry, OnlineVerifier]]:
    """A registry whose label key others have, with records 7 to 10, and its verifier."""
    with closing(new_registry(tmp_path_factory.mktemp("robbed") / "home")) as registry:
        published(registry, [a_declaration(0), a_declaration(1), a_place(0), a_declaration(0, gwp_total=Decimal(1))])
        with closing(OnlineVerifier(registry)) as judging:
            yield registry, judging


def claims_of(label: str) -> LabelClaims:
    digits = parse_label(label).digits
    assert digits is not None
    return parse_claims(parse_token(digits).payload)


def forge(registry: Registry, record: Published, path: str | None = None, /, **changes: Any) -> str:
    """A label like that of ``record``, but for ``path`` or with other claims, signed with the registry's real key."""
    claims = msgspec.structs.replace(claims_of(record.label), **changes)
    where = path or parse_label(record.label).path.text
    return mint(encode_claims(claims), parse_path(where), "id.example.org", label_key(registry))


def mint_for(registry: Registry, record: Published, path: Gs1Path) -> str:
    """A label below class level as the registry mints it."""
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        signer = registry.keys_in_force(session).label
        return mint_below_class(session, writer, signer, "id.example.org", record.record, path, NOW)


def supersede(registry: Registry) -> Published:
    return published(registry, [a_declaration(0, gwp_total=Decimal("1.2"))])[0]


Case = Callable[[Registry, Published], Verdict]


def on(label: Callable[[Registry, Published], str]) -> Case:
    return lambda registry, record: verdict_on(registry, label(registry, record))


def after(event: StatusEvent) -> Case:
    def case(registry: Registry, record: Published) -> Verdict:
        change(registry, record.record, event)
        return verdict_on(registry, record.label)

    return case


def superseded(registry: Registry, record: Published) -> Verdict:
    supersede(registry)
    return verdict_on(registry, record.label)


def compromised(registry: Registry, record: Published) -> Verdict:
    end_key(registry, label_key(registry).kid, record.record)
    return verdict_on(registry, record.label)


def retired(registry: Registry, record: Published) -> Verdict:
    old = label_key(registry)
    end_key(registry, old.kid, None)
    (newer,) = published(registry, [a_declaration(5)])
    return verdict_on(
        registry, mint(encode_claims(claims_of(newer.label)), parse_label(newer.label).path, "id.example.org", old)
    )


def record_key_compromised(registry: Registry, record: Published) -> Verdict:
    end_key(registry, record_key(registry).kid, record.record)
    return verdict_on(registry, record.label)


def by_another_key(registry: Registry, record: Published) -> str:
    signer = Ed25519Signer.from_seed(b"\x07" * 32)
    return mint(encode_claims(claims_of(record.label)), parse_label(record.label).path, "id.example.org", signer)


def without_log(registry: Registry, record: Published) -> Verdict:
    return judge(record.label, keys=TrustedKeys(registry.trust()), log=NoLog(), now=NOW)


def payload_changed(old: bytes, new: bytes) -> Case:
    """A good signature of the real key over a payload in which some bytes are others."""

    def label(registry: Registry, record: Published) -> str:
        payload = encode_claims(claims_of(record.label))
        assert old in payload
        return mint(payload.replace(old, new, 1), parse_label(record.label).path, "id.example.org", label_key(registry))

    return on(label)


CASES: dict[str, tuple[VerdictCode, Case]] = {
    "too-long": (VerdictCode.UNREADABLE, on(lambda _, it: it.label + "#" + "x" * 5000)),
    "not-a-gs1-digital-link": (VerdictCode.UNREADABLE, on(lambda _, it: "hello")),
    "gs1-path": (VerdictCode.UNREADABLE, on(lambda _, it: "https://id.example.org/01/09520000000005?c=1")),
    "gs1-attribute-in-query": (VerdictCode.UNREADABLE, on(lambda _, it: f"{it.label}&10=LOT")),
    "two-tokens": (VerdictCode.UNREADABLE, on(lambda _, it: f"{it.label}&c=1")),
    "token-key-encoded": (VerdictCode.UNREADABLE, on(lambda _, it: it.label.replace("?c=", "?%63="))),
    "token-too-long": (VerdictCode.UNREADABLE, on(lambda _, it: it.label + "0" * 200)),
    "token-not-digits": (VerdictCode.UNREADABLE, on(lambda _, it: it.label + "x")),
    "token-form": (VerdictCode.UNREADABLE, on(lambda _, it: it.label[:-1])),
    "profile": (VerdictCode.UNREADABLE, payload_changed(b"\x8a\x01", b"\x8a\x02")),
    "claims-form": (VerdictCode.UNREADABLE, payload_changed(b"\x8a\x01", b"\x8a\x01\x18")),
    "claims-range": (VerdictCode.UNREADABLE, payload_changed(b"\x19\x07\xe9", b"\x19\xff\xff")),
    "no-token": (VerdictCode.UNSIGNED, on(lambda _, it: it.label.partition("?")[0])),
    "key-not-trusted": (VerdictCode.UNKNOWN_KEY, on(by_another_key)),
    "signature": (VerdictCode.FORGED, on(lambda _, it: it.label.replace(gtin(0), gtin(1)))),
    "key-compromised": (VerdictCode.FORGED, compromised),
    "key-retired": (VerdictCode.FORGED, retired),
    "record-key-compromised": (VerdictCode.FORGED, record_key_compromised),
    "record-is-another": (VerdictCode.FORGED, on(lambda home, it: forge(home, it, footprint=Decimal("0.1")))),
    "no-log-at-hand": (VerdictCode.UNLOGGED, without_log),
    "not-in-log": (VerdictCode.UNLOGGED, on(lambda home, it: forge(home, it, record=len(log_of(home))))),
    "label-not-in-log": (VerdictCode.UNLOGGED, on(lambda home, it: forge(home, it, f"/01/{gtin(0)}/10/A"))),
    "issued-in-the-future": (VerdictCode.UNLOGGED, lambda home, it: verdict_on(home, it.label, now=BEFORE)),
    "other-product": (VerdictCode.MISMATCH, lambda home, it: verdict_on(home, it.label, expect=gtin(1))),
    "expectation-unreadable": (VerdictCode.MISMATCH, lambda home, it: verdict_on(home, it.label, expect="steel")),
    "withdrawn": (VerdictCode.WITHDRAWN, after(StatusEvent.WITHDRAWN)),
    "suspended": (VerdictCode.SUSPENDED, after(StatusEvent.SUSPENDED)),
    "past-expiry": (VerdictCode.EXPIRED, lambda home, it: verdict_on(home, it.label, now=AFTER)),
    "newer-declaration": (VerdictCode.SUPERSEDED, superseded),
    "active": (VerdictCode.VALID, on(lambda _, it: it.label)),
}


def promised() -> dict[str, str]:
    """Each reason that the judge's documentation lists, with its verdict."""
    table = (import_module("verifier.judge").__doc__ or "").split("===\n", 1)[1]
    found: dict[str, str] = {}
    verdict = ""
    for line in table.splitlines():
        verdict = match[0] if (match := re.match(r"[a-z-]+", line)) else verdict
        found |= dict.fromkeys(re.findall(r"``([a-z0-9-]+)``", line), verdict)
    return found


class TestEveryReason:
    def test_the_documentation_lists_them_all(self) -> None:
        assert promised() == {reason: verdict for reason, (verdict, _) in CASES.items()}
        assert set(promised().values()) == set(VerdictCode)

    @pytest.mark.parametrize("reason", CASES)
    def test_has_its_verdict(self, reason: str, registry: Registry, record: Published) -> None:
        expected, case = CASES[reason]
        verdict = case(registry, record)
        assert (verdict.verdict, verdict.reason) == (expected, reason)
        if expected in GENUINE or expected is VerdictCode.MISMATCH:
            assert verdict.footprint is not None
            assert (str(verdict.footprint.value), verdict.footprint.unit) == ("1.7", "kgCO2e")
            assert verdict.product is not None
            assert verdict.product.name["en"] == "Steel beam 0"
        else:  # no figure that the log does not confirm
            assert (verdict.footprint, verdict.product, verdict.year, verdict.expires) == (None, None, None, None)
        if reason != "no-log-at-hand":
            assert verdict.freshness is Freshness.ONLINE
            assert verdict.log is not None
            assert verdict.log.size == len(log_of(registry))


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


class TestExpected:
    @pytest.mark.parametrize("expect", ["9520000000004", " 0952-0000 0000-04", gtin(0)])
    def test_the_same_product_written_in_any_form(self, registry: Registry, record: Published, expect: str) -> None:
        assert verdict_on(registry, record.label, expect=expect).verdict == "valid"

    def test_gtins_of_8_and_12_digits(self, registry: Registry) -> None:
        short, upc = published(registry, [a_declaration(0, gtin="96385074"), a_declaration(1, gtin="614141000036")])
        assert verdict_on(registry, short.label, expect="96385074").verdict == "valid"
        assert verdict_on(registry, upc.label, expect="614141000036").verdict == "valid"
        assert verdict_on(registry, upc.label, expect="0614141000036").verdict == "valid"
        assert verdict_on(registry, upc.label, expect="96385074").reason == "other-product"

    def test_a_place(self, registry: Registry) -> None:
        (place,) = published(registry, [a_place(1)])
        assert verdict_on(registry, place.label, expect=gln(1)).verdict == "valid"
        assert verdict_on(registry, place.label, expect=gln(2)).reason == "other-product"

    def test_a_product_expected_where_the_label_is_a_place_s_is_another(self, registry: Registry) -> None:
        (place,) = published(registry, [a_place(1)])
        assert verdict_on(registry, place.label, expect=gtin(1)).reason == "other-product"

    @pytest.mark.parametrize("expect", ["", "x", "9" * 5000, "\ud800", "\x00", "٩", gtin(0)[:-1] + "5"])
    def test_any_text_expected_is_a_mismatch_not_an_error(
        self, registry: Registry, record: Published, expect: str
    ) -> None:
        verdict = verdict_on(registry, record.label, expect=expect)
        assert (verdict.verdict, verdict.reason) == ("mismatch", "expectation-unreadable")


class TestPrecedence:
    """Where several verdicts hold, the one furthest down the table is given: each is added to all those before it."""

    def test_the_worst_of_all_that_hold(self, registry: Registry, record: Published) -> None:
        given_ = [verdict_on(registry, record.label)]
        supersede(registry)
        given_.append(verdict_on(registry, record.label))
        given_.append(verdict_on(registry, record.label, now=AFTER))
        change(registry, record.record, StatusEvent.SUSPENDED)
        given_.append(verdict_on(registry, record.label, now=AFTER))
        change(registry, record.record, StatusEvent.WITHDRAWN)
        given_.append(verdict_on(registry, record.label, now=AFTER))
        given_.append(verdict_on(registry, record.label, now=AFTER, expect=gtin(1)))
        unlogged = forge(registry, record, f"/01/{gtin(0)}/10/A")
        given_.append(verdict_on(registry, unlogged, now=AFTER, expect=gtin(1)))
        end_key(registry, label_key(registry).kid, record.record)
        given_.append(verdict_on(registry, unlogged, now=AFTER, expect=gtin(1)))
        unknown = by_another_key(registry, record)
        given_.append(verdict_on(registry, unknown.replace(gtin(0), gtin(2)), now=AFTER, expect=gtin(1)))
        given_.append(verdict_on(registry, unknown.partition("?")[0], now=AFTER, expect=gtin(1)))
        given_.append(verdict_on(registry, "", now=AFTER, expect=gtin(1)))
        assert [verdict.verdict for verdict in given_] == list(VerdictCode)

    def test_a_record_beyond_the_log_under_a_compromised_key_is_forged_not_unlogged(
        self, registry: Registry, record: Published
    ) -> None:
        beyond = forge(registry, record, record=10_000)
        assert verdict_on(registry, beyond).reason == "not-in-log"
        end_key(registry, label_key(registry).kid, len(log_of(registry)))
        assert verdict_on(registry, beyond).reason == "key-compromised"

    def test_another_s_record_before_issue_is_forged_not_unlogged(self, registry: Registry, record: Published) -> None:
        verdict = verdict_on(registry, forge(registry, record, footprint=Decimal(1)), now=BEFORE)
        assert verdict.verdict == "forged"

    def test_a_reinstated_record_is_what_it_was(self, registry: Registry, record: Published) -> None:
        change(registry, record.record, StatusEvent.SUSPENDED)
        change(registry, record.record, StatusEvent.REINSTATED)
        assert verdict_on(registry, record.label).verdict == "valid"
        assert verdict_on(registry, record.label).change is None


class TestDates:
    """Issued and expires are days in UTC, both included."""

    @pytest.mark.parametrize(
        ("now", "verdict"),
        [
            (datetime(2026, 4, 30, 23, 59, 59, tzinfo=UTC), "unlogged"),
            (datetime(2026, 5, 1, 0, 0, tzinfo=UTC), "valid"),
            (datetime(2028, 3, 1, 23, 59, 59, tzinfo=UTC), "valid"),
            (datetime(2028, 3, 2, 0, 0, tzinfo=UTC), "expired"),
            (datetime(2028, 3, 2, 7, 0, tzinfo=timezone(timedelta(hours=8))), "valid"),
            (datetime(2028, 3, 1, 23, 0, tzinfo=timezone(timedelta(hours=-8))), "expired"),
            (datetime(2026, 5, 1, 7, 0, tzinfo=timezone(timedelta(hours=8))), "unlogged"),
        ],
    )
    def test_to_the_second(self, registry: Registry, record: Published, now: datetime, verdict: str) -> None:
        assert verdict_on(registry, record.label, now=now).verdict == verdict


class TestWhatTheVerdictSays:
    def test_why_and_when_a_record_was_taken_back_and_what_came_after_it(
        self, registry: Registry, record: Published
    ) -> None:
        newer = supersede(registry)
        change(registry, record.record, StatusEvent.SUSPENDED, "the meter was broken")
        verdict = verdict_on(registry, record.label)
        assert verdict.verdict == "suspended"
        assert verdict.superseded_by == newer.record
        assert verdict.change is not None
        assert verdict.change.reason == "the meter was broken"

    def test_the_time_of_a_change_is_in_utc_and_says_so(self, registry: Registry, record: Published) -> None:
        change(registry, record.record, StatusEvent.SUSPENDED)
        assert b'"at":"2026-05-01T12:00:00Z"' in msgspec.json.encode(verdict_on(registry, record.label))


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


def text_of(registry: Registry, record: int) -> str:
    with registry.database.reading() as session:
        return label_text(session, record)


def test_a_trust_list_without_the_key_knows_nothing_of_the_label(registry: Registry, record: Published) -> None:
    trust = registry.trust()
    empty = TrustedKeys(TrustList(trust.registry, trust.log, ()))
    assert judge(record.label, keys=empty, log=NoLog(), now=NOW).verdict == "unknown-key"
