"""A registry with a history: in bulk, one by one, and at the registry itself, each label gets the same verdict."""

import random
from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest
from msgspec import Struct

from registry.labels.sets import mint_set
from registry.records.rekey import end_key
from registry.registry import Registry
from registry.verification.online import OnlineVerifier
from schemas.declaration import DeclaredUnit
from schemas.entry import StatusEvent
from schemas.gs1 import Gs1Path
from tests.registry.bundle.publishing import publish_now
from tests.registry.bundle.stores import MemoryStore
from tests.scans import BAD, Bad, KnownLabel
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
from verifier.bulk import Bulk, Texts
from verifier.bulk.flat import row_of
from verifier.bundle import sync

DAY = timedelta(days=1)
ENDS = datetime(VALID_UNTIL.year, VALID_UNTIL.month, VALID_UNTIL.day, 12, tzinfo=UTC)
MOMENTS = [NOW - 2 * DAY, NOW, NOW + timedelta(hours=30), ENDS, ENDS + DAY]
EXPECTATIONS = [None, gtin(0), gtin(0)[1:], gtin(1), gln(40), "no number"]
HOSTS = [
    "http://labels.example.com",
    "HTTPS://ID.EXAMPLE.ORG",
    "https://example.org/01/x/414",
    "]Q1https://example.org",
]
LOTS = ["L1", "A/1", "50%", "01", "414", "10", "-._", "!\"%&'()*+,/", "/" * 20]


class Registered(Struct, frozen=True):
    """A registry, its bundle, every label that it ever gave out, and those that the bundle must hold."""

    online: OnlineVerifier
    verifier: Verifier
    labels: list[str]
    held: list[str]


def a_history(registry: Registry) -> list[str]:
    """All that can become of a label. Every text that was ever printed."""
    records = published(registry, [a_declaration(number, **FIGURES.get(number, {})) for number in range(12)])
    places = published(registry, [a_place(40), a_place(41, gwp_total=Decimal("0.000001001"))])
    texts = [record.label for record in records + places]
    for number in (0, 1, 6):
        texts += minted(registry, records[number].record, [{"gtin": gtin(number), "lot": lot} for lot in LOTS])
    serials = [{"gtin": gtin(0), "cpv": "V" * 20, "lot": "%" * 20, "serial": f"{n:020}"} for n in range(20)]
    texts += minted(registry, records[0].record, serials)
    texts += minted(
        registry, places[0].record, [{"gln": gln(40), "extension": name} for name in ("E1", "01", "/" * 20)]
    )
    change(registry, records[1].record, StatusEvent.SUSPENDED)
    change(registry, records[2].record, StatusEvent.WITHDRAWN)
    change(registry, records[4].record, StatusEvent.SUSPENDED)
    change(registry, records[4].record, StatusEvent.REINSTATED)
    change(registry, places[1].record, StatusEvent.SUSPENDED)
    texts += [record.label for record in published(registry, [a_declaration(3), a_declaration(6), a_declaration(2)])]
    end_key(registry, label_key(registry).kid, None)  # rotated: what it signed stays good
    texts += minted(registry, records[7].record, [{"gtin": gtin(7), "serial": str(n)} for n in range(5)])
    end_key(registry, record_key(registry).kid, None)
    later = published(registry, [a_declaration(number) for number in range(21, 27)])
    texts += [record.label for record in later]
    for record, number in ((later[1].record, 22), (later[4].record, 25)):
        texts += minted(registry, record, [{"gtin": gtin(number), "lot": lot} for lot in LOTS])
    end_key(registry, label_key(registry).kid, later[3].record)  # stolen: its labels from there on are minted again
    texts += minted(registry, later[4].record, [{"gtin": gtin(25), "lot": "since"}])
    last = published(registry, [a_declaration(27), a_declaration(28)])
    texts += [record.label for record in last]
    end_key(registry, record_key(registry).kid, later[5].record)
    texts += [record.label for record in published(registry, [a_declaration(29), a_declaration(21)])]
    return texts


FIGURES = {
    5: {"declared_unit": DeclaredUnit.TON_KILOMETER, "declared_amount": Decimal("12.5")},
    7: {"gwp_total": Decimal("-3.25"), "gwp_biogenic": Decimal("-3.25"), "gwp_fossil": Decimal(0)},
    8: {"gwp_total": Decimal("-0.000001001"), "gwp_biogenic": Decimal("-0.000001001"), "declared_amount": Decimal(10)},
    9: {"declared_unit": DeclaredUnit.PIECE, "gwp_total": Decimal("1234567890.123456789")},
    10: {"valid_until": date(2026, 6, 1)},
    11: {"gwp_total": Decimal(0)},
}


def minted(registry: Registry, record: int, paths: Sequence[dict[str, str]]) -> list[str]:
    with registry.database.writing() as session:
        wanted = [Gs1Path.of(**path) for path in paths]
        writer = registry.log_writer(session, NOW)
        return mint_set(session, writer, label_key(registry), ORIGIN, record, wanted, NOW)


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registered]:
    folder: Path = tmp_path_factory.mktemp("real")
    with closing(new_registry(folder / "home")) as registry:
        labels, store = a_history(registry), MemoryStore()
        publish_now(registry, store)
        sync(store, folder / "bundle", now=NOW, root=store.files["tuf/metadata/1.root.json"])
        verifier = Verifier.open(folder / "bundle", now=lambda: NOW)
        assert verifier.bundle is not None
        held = [row.text(ORIGIN) for shard in verifier.bundle.shards for row in shard]
        with closing(OnlineVerifier(registry)) as online:
            yield Registered(online, verifier, [*dict.fromkeys(labels + held)], held)


Asked = tuple[str, str | None]
OF_PRODUCTS = [kind for kind in BAD if "check_digit" in str(kind)]


def check(registered: Registered, asked: Sequence[Asked], now: datetime) -> list[tuple]:
    """All three agree. Returned are the rows."""
    texts, expect = zip(*asked, strict=True)
    with Bulk(registered.verifier, now, processes=False) as bulk:
        found = bulk.verdicts(pa.array(texts, pa.string()), pa.array(expect, pa.string())).to_pylist()
    rows = [tuple(row.values()) for row in found]
    judge = registered.verifier.at(now)
    for row, (text, wanted) in zip(rows, asked, strict=True):
        assert row == row_of(judge(text, wanted)), (text, wanted, now)
        assert row == row_of(registered.online.verify(text, now, wanted)), (text, wanted, now)
    return rows


def test_every_label_at_every_moment_for_every_expectation(registered: Registered) -> None:
    seen = set()
    for now, expect in product(MOMENTS, EXPECTATIONS):
        seen |= {row[:2] for row in check(registered, [(label, expect) for label in registered.labels], now)}
    assert {reason for _, reason in seen} == {
        *("active", "newer-declaration", "past-expiry", "suspended", "withdrawn", "other-product"),
        *("expectation-unreadable", "issued-in-the-future", "key-compromised", "record-key-compromised"),
    }


def test_the_exact_comparison_finds_every_label_of_the_bundle(registered: Registered) -> None:
    """So that what is compared here is not ``judge`` with itself."""
    rows = registered.verifier.snapshot.matcher.rows(Texts.of(pa.array(registered.held)))
    assert (rows >= 0).all()
    assert len(registered.held) > 90
    again = set(registered.held)
    assert [label for label in registered.labels if label not in again]  # by the key that was stolen


@pytest.mark.parametrize("kind", BAD, ids=lambda kind: kind.__name__.lstrip("_"))
def test_every_edit_of_every_label(registered: Registered, kind: Bad) -> None:
    draw = random.Random(BAD.index(kind))
    known = [KnownLabel.of(label) for label in registered.labels]
    asked: list[Asked] = []
    for label in known:
        if label.path.startswith("/414/") and kind in OF_PRODUCTS:
            continue
        text, _ = kind(label, draw.choice(known), draw)
        asked += [(text, None), (text, label.path.split("/")[2])]
    check(registered, asked, NOW)


def test_every_lot_on_every_other_path(registered: Registered) -> None:
    """A token moved between the labels of one record, among them lots that look like the key of a path."""
    known = [KnownLabel.of(label) for label in registered.held]
    draw = random.Random(1)
    moved: list[Asked] = []
    for label in known:
        alike = [other for other in known if other.path[:18] == label.path[:18] and other.path != label.path]
        for other in draw.sample(alike, min(4, len(alike))):
            moved.append((f"https://{ORIGIN}{other.path}?c={label.digits}", None))
            moved.append((f"https://{ORIGIN}{other.path}{label.path}?c={label.digits}", None))
    assert {row[0] for row in check(registered, moved, NOW)} <= {"forged", "unreadable", "valid"}


def test_whatever_host_and_query_stand_around(registered: Registered) -> None:
    asked: list[Asked] = []
    for label in registered.labels:
        known = KnownLabel.of(label)
        asked += [(f"{host}{known.path}?c={known.digits}", None) for host in HOSTS]
        asked += [(f"https://{ORIGIN}{known.path}?lang=zh&c={known.digits}#shelf\r\n", None)]
        asked += [(label.lower(), None), (label.upper(), None), (label.replace("%2F", "/"), None)]
    check(registered, asked, NOW)
