"""Without a network a verifier says what the registry itself says: same label, same moment, same verdict and reason."""

from collections.abc import Generator
from contextlib import closing
from datetime import timedelta
from itertools import product
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from registry.labels.art import label_text
from registry.labels.minting import mint
from registry.labels.sets import mint_below_class
from registry.records.rekey import end_key
from registry.registry import Registry
from registry.verification.online import OnlineVerifier
from schemas.entry import StatusEvent
from schemas.gs1 import Gs1Path, parse_path
from schemas.label import encode_claims, parse_claims, parse_label, parse_token
from schemas.verdict import Freshness, Verdict
from tests.registry.bundle.publishing import publish_now
from tests.registry.bundle.stores import MemoryStore
from tests.world import (
    NOW,
    ORIGIN,
    VALID_UNTIL,
    a_declaration,
    a_place,
    change,
    gln,
    gtin,
    label_key,
    new_registry,
    published,
    record_key,
)
from verifier import Verifier
from verifier.bundle import Bundle, open_bundle, sync

DAY = timedelta(days=1)
MOMENTS = [
    NOW - 2 * DAY,
    NOW,
    NOW + timedelta(hours=30),
    NOW.replace(year=VALID_UNTIL.year, month=VALID_UNTIL.month, day=VALID_UNTIL.day),
    NOW.replace(year=VALID_UNTIL.year, month=VALID_UNTIL.month, day=VALID_UNTIL.day) + DAY,
]
EXPECTATIONS = [None, gtin(0), gtin(1), gln(40), "no number"]


class Both(Struct, frozen=True):
    """One log, asked in the registry and in a bundle."""

    online: OnlineVerifier
    bundle: Bundle
    folder: Path
    labels: list[str]

    def verdicts(self, label: str, moment: int, expect: str | None) -> tuple[Verdict, Verdict]:
        now = MOMENTS[moment]
        return self.online.verify(label, now, expect), Verifier.open(self.folder, now=lambda: now).verify(label, expect)


def a_history(registry: Registry) -> list[str]:
    """Every status, lots, places, rotated and compromised keys; every label that was ever minted, also by thieves."""
    records = published(registry, 8) + published(registry, [a_place(40)])
    labels = [record.label for record in records]
    labels += [lot(registry, records[0].record, 0, "L1"), lot(registry, records[1].record, 1, "A/1")]
    change(registry, records[1].record, StatusEvent.SUSPENDED)
    change(registry, records[2].record, StatusEvent.WITHDRAWN)
    change(registry, records[4].record, StatusEvent.SUSPENDED)
    change(registry, records[4].record, StatusEvent.REINSTATED)
    labels += [record.label for record in published(registry, [a_declaration(3), a_declaration(2)])]
    labels += stolen(registry, labels[0], records[5].record)
    end_key(registry, label_key(registry).kid, None)  # rotated: what it signed stays good
    labels += [record.label for record in published(registry, [a_declaration(20)])]
    end_key(registry, record_key(registry).kid, None)
    later = published(registry, [a_declaration(21), a_declaration(22)])
    labels += [later[0].label, later[1].label, lot(registry, later[0].record, 21, "L3")]
    labels += stolen(registry, labels[0], later[1].record)
    end_key(registry, label_key(registry).kid, later[1].record)  # stolen: its labels from there on are minted again
    labels.append(stored(registry, later[1].record))
    end_key(registry, record_key(registry).kid, later[1].record)
    labels += [record.label for record in published(registry, [a_declaration(23)])]
    labels += stolen(registry, labels[0], records[5].record)
    labels += [label.partition("?")[0] for label in labels[:2]]
    labels += [labels[0].replace(gtin(0), gtin(1)), labels[0][:-1] + "0", "https://example.org", "", "\ud800"]
    return labels


def lot(registry: Registry, record: int, number: int, name: str) -> str:
    with registry.database.writing() as session:
        path = Gs1Path.of(gtin=gtin(number), lot=name)
        writer = registry.log_writer(session, NOW)
        return mint_below_class(session, writer, label_key(registry), ORIGIN, record, path, NOW)


def stored(registry: Registry, record: int) -> str:
    with registry.database.reading() as session:
        return label_text(session, record)


def stolen(registry: Registry, label: str, record: int) -> list[str]:
    """What a thief of the label key makes: of records that are not there, lots that are not, other figures."""
    digits = parse_label(label).digits
    assert digits is not None
    claims = parse_claims(parse_token(digits).payload)
    thief, path = label_key(registry), parse_label(label).path
    return [
        mint(encode_claims(msgspec.structs.replace(claims, record=10**6)), path, ORIGIN, thief),
        mint(encode_claims(msgspec.structs.replace(claims, record=0)), path, ORIGIN, thief),
        mint(encode_claims(msgspec.structs.replace(claims, record=record)), path, ORIGIN, thief),
        mint(encode_claims(msgspec.structs.replace(claims, footprint=claims.amount)), path, ORIGIN, thief),
        mint(encode_claims(claims), parse_path(path.text + "/10/L9"), ORIGIN, thief),
    ]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Generator[Both]:
    folder = tmp_path_factory.mktemp("both")
    with closing(new_registry(folder / "home")) as registry:
        labels = a_history(registry)
        store = MemoryStore()
        publish_now(registry, store)
        sync(store, folder / "bundle", now=NOW, root=store.files["tuf/metadata/1.root.json"])
        with closing(OnlineVerifier(registry)) as online:
            yield Both(online, open_bundle(folder / "bundle", NOW), folder / "bundle", labels)


def comparable(verdict: Verdict) -> Verdict:
    """Without what a bundle does not know or says of itself: when, how fresh, why it was taken back, what is newer."""
    assert verdict.log is not None
    log = msgspec.structs.replace(verdict.log, time=NOW)
    return msgspec.structs.replace(verdict, log=log, freshness=None, change=None, superseded_by=None)


class TestSameVerdicts:
    def test_for_every_label_moment_and_expectation(self, both: Both) -> None:
        seen = set()
        for label, now, expect in product(both.labels, MOMENTS, EXPECTATIONS):
            online = both.online.verify(label, now, expect)
            verifier = Verifier(both.bundle.trust, both.bundle.log(now), lambda now=now: now)
            offline = verifier.verify(label, expect)
            assert comparable(offline) == comparable(online), (label, now, expect)
            assert (online.freshness, offline.freshness) == (Freshness.ONLINE, both.bundle.freshness(now))
            seen.add((online.verdict.value, online.reason))
        assert {verdict for verdict, _ in seen} == {
            *("valid", "superseded", "expired", "suspended", "withdrawn", "mismatch"),
            *("unlogged", "forged", "unsigned", "unreadable"),
        }
        assert {
            *("key-compromised", "record-key-compromised", "record-is-another", "not-in-log"),
            *("label-not-in-log", "issued-in-the-future", "signature"),
        } <= {reason for _, reason in seen}

    @settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_for_labels_with_a_character_changed(self, both: Both, data: st.DataObject) -> None:
        label = data.draw(st.sampled_from(both.labels))
        place = data.draw(st.integers(0, len(label)))
        label = label[:place] + data.draw(st.text(max_size=2)) + label[place + data.draw(st.integers(0, 2)) :]
        online, offline = both.verdicts(label, data.draw(st.integers(0, 4)), data.draw(st.sampled_from(EXPECTATIONS)))
        assert comparable(offline) == comparable(online)

    def test_for_any_index_and_path(self, both: Both) -> None:
        log, online = both.bundle.log(NOW), both.online.log
        size = both.bundle.checkpoint.size
        paths = [parse_label(label).path.text for label in both.labels[:20] if "?c=" in label]
        for index in (-(2**70), -1, *range(size + 2), 2**63, 2**64, 2**70):
            assert log.holds(index) == online.holds(index)
            facts = log.record(index)
            known = online.record(index) if online.holds(index) else None
            assert (facts is None) == (known is None)
            if facts is not None and known is not None:
                assert facts == msgspec.structs.replace(known, change=None, superseded_by=None)
            for path in paths if 0 <= index < size else ():
                assert log.minted(index, path) == online.minted(index, path)
            assert not log.minted(index, "/01/09520000000004/10/none")

    def test_an_unknown_key_is_unknown_to_both(self, both: Both, tmp_path: Path) -> None:
        with closing(new_registry(tmp_path / "other")) as other:
            (record,) = published(other, 1)
        for verdict in both.verdicts(record.label, 1, None):
            assert (verdict.verdict, verdict.reason) == ("unknown-key", "key-not-trusted")
