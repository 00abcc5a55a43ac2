"""The judge against a real registry's log: every verdict and reason, the worst first."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from importlib import import_module

import msgspec
import pytest

from keys import TrustList
from registry.labels.minting import mint
from registry.records.publish import Published
from registry.records.rekey import end_key
from registry.registry import Registry
from schemas.entry import StatusEvent
from schemas.label import encode_claims, parse_label
from schemas.verdict import GENUINE, Freshness, Verdict, VerdictCode
from tests.verifier.forging import AFTER, BEFORE, by_another_key, claims_of, forge, supersede
from tests.world import (
    NOW,
    a_declaration,
    a_place,
    change,
    gln,
    gtin,
    label_key,
    log_of,
    published,
    record_key,
    verdict_on,
)
from verifier import NoLog, TrustedKeys, judge

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


def test_a_trust_list_without_the_key_knows_nothing_of_the_label(registry: Registry, record: Published) -> None:
    trust = registry.trust()
    empty = TrustedKeys(TrustList(trust.registry, trust.log, ()))
    assert judge(record.label, keys=empty, log=NoLog(), now=NOW).verdict == "unknown-key"
