"""Every verdict in bulk is the one that ``judge`` gives, whatever the text, the expectation and the moment."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.verdict import VerdictCode
from tests.bench.large_registry import BEGAN
from tests.scans import BAD, Bad, KnownLabel, Scan, Scans
from verifier import Verifier
from verifier.bulk.bulk import Bulk
from verifier.bulk.flat import row_of

HOST = "https://id.example.org"


def in_bulk(verifier: Verifier, asked: Sequence[tuple[str, str | None]], now: datetime = BEGAN) -> list[tuple]:
    """The rows that the batch function gives."""
    texts = pa.array([text for text, _ in asked], pa.string())
    expect = pa.array([wanted for _, wanted in asked], pa.string())
    with Bulk(verifier, now) as bulk:
        return [tuple(row.values()) for row in bulk.verdicts(texts, expect).to_pylist()]


def one_by_one(verifier: Verifier, asked: Sequence[tuple[str, str | None]], now: datetime = BEGAN) -> list[tuple]:
    """The rows of ``judge``'s verdicts, on each different text once."""
    judge = cache(verifier.at(now))
    return [row_of(judge(text, expect)) for text, expect in asked]


def check(verifier: Verifier, scans: Sequence[Scan]) -> Counter[str]:
    """All agree: the batch, the judge, and what the scan was made to be. Returned is how often each verdict came."""
    asked = [(scan.text, scan.expect) for scan in scans]
    rows = in_bulk(verifier, asked)
    assert rows == one_by_one(verifier, asked)
    assert [row[0] for row in rows] == [scan.verdict for scan in scans]
    return Counter(row[0] for row in rows)


def test_a_night_of_scans(verifier: Verifier, labels: list[KnownLabel]) -> None:
    counts = check(verifier, list(Scans(labels).take(10_000)))
    assert counts["valid"] > 8_000
    assert counts["suspended"] > 100
    assert counts["withdrawn"] > 100


def test_a_bad_night(verifier: Verifier, labels: list[KnownLabel]) -> None:
    counts = check(verifier, list(Scans(labels, seed=2, share_bad=0.5).take(6_000)))
    for verdict in ("valid", "mismatch", "forged", "unknown-key", "unsigned", "unreadable"):
        assert counts[verdict] > 50


@pytest.mark.soak
def test_a_million_scans(verifier: Verifier, labels: list[KnownLabel]) -> None:
    scans, share = iter(Scans(labels, seed=3, share_bad=0.02).take(1_000_000)), 50_000
    for _ in range(1_000_000 // share):
        check(verifier, [next(scans) for _ in range(share)])


@pytest.mark.parametrize("kind", BAD, ids=lambda kind: kind.__name__.lstrip("_"))
def test_each_kind_of_bad_label_by_itself(verifier: Verifier, labels: list[KnownLabel], kind: Bad) -> None:
    """However many good labels are beside it, and whichever label it is made of."""
    draw = random.Random(BAD.index(kind))
    for _ in range(10):
        label, other = draw.sample([one for one in labels if one.verdict is VerdictCode.VALID], 2)
        text, verdict = kind(label, other, draw)
        good = f"{HOST}{label.path}?c={label.digits}"
        rows = in_bulk(verifier, [(good, None), (text, None), (good, None)])
        assert [row[0] for row in rows] == ["valid", verdict, "valid"]
        assert rows == one_by_one(verifier, [(good, None), (text, None), (good, None)])


EDIT = st.one_of(
    st.tuples(st.just("replace"), st.integers(0, 400), st.characters(codec="utf-8")),
    st.tuples(st.just("replace"), st.integers(0, 400), st.sampled_from("0123456789?=&#/c ")),
    st.tuples(st.just("insert"), st.integers(0, 400), st.text(min_size=1, max_size=5)),
    st.tuples(st.just("insert"), st.integers(0, 40), st.sampled_from(["/01/", "/414/", "?c=1&", "\r", " ", "%2F"])),
    st.tuples(st.just("delete"), st.integers(0, 400), st.just("")),
    st.tuples(st.just("cut"), st.integers(0, 400), st.just("")),
)


def edited(text: str, edit: tuple[str, int, str]) -> str:
    how, place, what = edit
    place = min(place, len(text))
    match how:
        case "replace":
            return text[:place] + what + text[place + 1 :]
        case "insert":
            return text[:place] + what + text[place:]
        case "delete":
            return text[:place] + text[place + 1 :]
        case _:
            return text[:place]


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 4_999), st.lists(EDIT, max_size=3)), min_size=1, max_size=20))
def test_any_edit_of_a_genuine_label(
    verifier: Verifier, labels: list[KnownLabel], drawn: list[tuple[int, list[tuple[str, int, str]]]]
) -> None:
    asked: list[tuple[str, str | None]] = []
    for number, edits in drawn:
        text = f"{HOST}{labels[number].path}?c={labels[number].digits}"
        for edit in edits:
            text = edited(text, edit)
        asked.append((text, None))
    assert in_bulk(verifier, asked) == one_by_one(verifier, asked)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.text(max_size=60), st.none() | st.text(max_size=20)), max_size=20))
def test_any_text_and_expectation(verifier: Verifier, asked: list[tuple[str, str | None]]) -> None:
    assert in_bulk(verifier, asked) == one_by_one(verifier, asked)


@pytest.mark.parametrize(
    "expect",
    [
        "{gtin}",
        "{gtin13}",
        " {gtin13}",
        "{gtin:.13}",
        "0{gtin}",
        "9506000134352",
        "",
        "x",
        "0" * 14,
        "９506000134352",
    ],
)
def test_every_form_of_expectation(verifier: Verifier, labels: list[KnownLabel], expect: str) -> None:
    asked: list[tuple[str, str | None]] = []
    for label in labels[:300]:
        gtin = label.path[4:18]
        asked.append((f"{HOST}{label.path}?c={label.digits}", expect.format(gtin=gtin, gtin13=gtin[1:])))
    assert in_bulk(verifier, asked) == one_by_one(verifier, asked)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (datetime(2026, 4, 30, 23, 59, tzinfo=UTC), "unlogged"),
        (datetime(2026, 5, 1, 0, 0, tzinfo=UTC), "valid"),
        (datetime(2028, 4, 30, 23, 59, tzinfo=UTC), "valid"),
        (datetime(2028, 5, 1, 0, 0, tzinfo=UTC), "expired"),
    ],
)
def test_dates_are_those_of_the_moment(
    verifier: Verifier, labels: list[KnownLabel], now: datetime, verdict: str
) -> None:
    asked: list[tuple[str, str | None]] = [(f"{HOST}{label.path}?c={label.digits}", None) for label in labels[:200]]
    rows = in_bulk(verifier, asked, now)
    assert rows == one_by_one(verifier, asked, now)
    assert verdict in {row[0] for row in rows}


@pytest.mark.parametrize("of", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view()])
def test_every_arrow_type_that_holds_text(verifier: Verifier, labels: list[KnownLabel], of: pa.DataType) -> None:
    texts: list[str | None] = [f"{HOST}{label.path}?c={label.digits}" for label in labels[:50]]
    texts[7:9] = [None, ""]
    with Bulk(verifier, BEGAN) as bulk:
        whole = pa.array(texts, of)
        verdicts = bulk.verdicts(whole)
        assert bulk.verdicts(whole.slice(5, 20)).equals(verdicts.slice(5, 20))
        assert bulk.verdicts(pa.array(texts, pa.string()).dictionary_encode()).equals(verdicts)
        assert bulk.verdicts(pa.array(texts, of)).column(0).to_pylist()[6:10] == [
            verdicts.column(0)[6].as_py(),
            "unreadable",
            "unreadable",
            verdicts.column(0)[9].as_py(),
        ]
    assert bulk.verdicts(pa.nulls(3)).column(0).to_pylist() == ["unreadable"] * 3


def test_lines_are_counted_through_all_batches(verifier: Verifier, labels: list[KnownLabel]) -> None:
    texts = [f"{HOST}{label.path}?c={label.digits}" for label in labels[:1_000]]
    batches = [pa.record_batch({"label": texts[start : start + 90]}) for start in range(0, 1_000, 90)]
    found = pa.Table.from_batches(verifier.verify_batches(batches))
    assert found.column("line").to_pylist() == list(range(1, 1_001))
    assert found.column("record").to_pylist() == [verifier.verify(text).record for text in texts]


def test_a_text_longer_than_a_label_may_be(verifier: Verifier, labels: list[KnownLabel]) -> None:
    """Also where it ends in a genuine label, and where only white space makes it too long."""
    label = labels[0]
    tail = f"{label.path}?c={label.digits}"
    asked: list[tuple[str, str | None]] = []
    for size in (4_095, 4_096, 4_097, 5_000):
        asked.append((f"{HOST}/{'a' * (size - len(HOST) - 1 - len(tail))}{tail}", None))
        asked.append(((HOST + tail).ljust(size), None))
        asked.append(((HOST + tail).rjust(size), None))
        asked.append((f"{HOST}/{'a' * (size - len(HOST) - 2 - len(tail))}{tail}\r", None))
    assert in_bulk(verifier, asked) == one_by_one(verifier, asked)


def test_a_day_later_the_same_labels_are_judged_by_the_dates_of_then(verifier: Verifier) -> None:
    assert Bulk(verifier, BEGAN + timedelta(days=1)).verdicts(pa.array([], pa.string())).num_rows == 0
