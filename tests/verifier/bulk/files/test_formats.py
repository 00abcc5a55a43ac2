"""In every format and compression, a file's verdicts are those of ``judge``, in order."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.scans import KnownLabel, Scan, Scans
from tests.verifier.bulk.files.judged import judged, one_by_one, read_back
from verifier import Verifier
from verifier.bulk.files.form import FileProblem
from verifier.bulk.files.parquet import ParquetSource
from verifier.bulk.files.verify import Job, verify_file


@pytest.fixture(scope="module")
def scans(labels: list[KnownLabel]) -> list[Scan]:
    """A few bad ones more than a usual night has."""
    return list(Scans(labels, seed=7, share_bad=0.05).take(3000))


def as_text(scans: Sequence[Scan]) -> bytes:
    return "".join(f"{scan.text}\n" for scan in scans).encode()


def as_csv(scans: Sequence[Scan], heading: Sequence[str] = ("shop", "label", "supplier", "expect")) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(heading)
    writer.writerows((scan.shop, scan.text, scan.supplier, scan.expect) for scan in scans)
    return file.getvalue().encode()


def as_ndjson(scans: Sequence[Scan]) -> bytes:
    rows = ({"label": one.text, "expect": one.expect, "shop": one.shop, "supplier": one.supplier} for one in scans)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_parquet(scans: Sequence[Scan]) -> bytes:
    table = pa.table(
        {
            "shop": pa.array([scan.shop for scan in scans]).dictionary_encode(),
            "note": pa.array([b"\xff"] * len(scans)),
            "label": pa.array([scan.text for scan in scans]).dictionary_encode(),
            "expect": pa.array([scan.expect for scan in scans], pa.large_string()),
        }
    )
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file, row_group_size=700)
    return file.getvalue()


def gzipped(data: bytes) -> bytes:
    """In two packed files, one behind the other."""
    return gzip.compress(data[:1000]) + gzip.compress(data[1000:])


def zstandard(data: bytes) -> bytes:
    return pa.compress(data, "zstd", asbytes=True)


FORMATS: dict[str, Callable[[Sequence[Scan]], bytes]] = {
    "txt": as_text,
    "csv": as_csv,
    "ndjson": as_ndjson,
    "parquet": as_parquet,
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzipped, ".zst": zstandard}
OUTPUTS = ("csv", "csv.gz", "ndjson", "ndjson.zst", "parquet")


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_read(verifier: Verifier, scans: list[Scan], tmp_path: Path, suffix: str, packing: str) -> None:
    if suffix == "parquet" and packing:
        pytest.skip("Parquet is compressed inside")
    source = tmp_path / f"scans.{suffix}{packing}"
    source.write_bytes(PACKERS[packing](FORMATS[suffix](scans)))
    asked = [(scan.text, None if suffix == "txt" else scan.expect) for scan in scans]
    assert judged(verifier, source) == one_by_one(verifier, asked)


@pytest.mark.parametrize("suffix", OUTPUTS)
def test_what_is_written(verifier: Verifier, scans: list[Scan], tmp_path: Path, suffix: str) -> None:
    source = tmp_path / "scans.ndjson"
    source.write_bytes(as_ndjson(scans))
    expected = one_by_one(verifier, [(scan.text, scan.expect) for scan in scans])
    assert judged(verifier, source, tmp_path / f"verdicts.{suffix}") == expected


@pytest.mark.parametrize("suffix", OUTPUTS)
def test_no_scans_are_no_verdicts_in_a_file_that_is_whole(verifier: Verifier, tmp_path: Path, suffix: str) -> None:
    source, target = tmp_path / "scans.txt", tmp_path / f"verdicts.{suffix}"
    source.write_bytes(b"")
    tally = verify_file(verifier, Job.of(str(source), str(target)))
    assert tally.all_valid
    assert read_back(target).num_rows == 0


@pytest.mark.parametrize(
    ("heading", "encoding"),
    [
        (("门店", "标签", "供应商", "商品条码"), "gb18030"),
        (("Store", " LABEL", "Vendor", "Expected"), "utf-8-sig"),
        (("shop_name", "Label", "supplier name", "GTIN"), "utf-16"),
    ],
)
def test_headings_and_encodings(
    verifier: Verifier, scans: list[Scan], tmp_path: Path, heading: tuple[str, ...], encoding: str
) -> None:
    some = [Scan(one.text, one.verdict, "南京东路店", one.supplier, one.expect) for one in scans[:500]]
    source = tmp_path / "scans.csv"
    source.write_bytes(as_csv(some, heading).decode().encode(encoding))
    stated = encoding if encoding == "gb18030" else None
    assert judged(verifier, source, encoding=stated) == one_by_one(verifier, [(one.text, one.expect) for one in some])
    tally = verify_file(verifier, Job.of(str(source), str(tmp_path / "again.csv"), encoding=stated))
    assert tally.places["shop"].keys() == {"南京东路店"}
    assert tally.places["supplier"].keys() == {one.supplier for one in some}


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_and_every_field_in_quotes(
    verifier: Verifier, scans: list[Scan], tmp_path: Path, separator: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["expect", "shop", "scan"])
    shop = f'The "{separator}"\nshop'
    writer.writerows((one.expect, shop, one.text) for one in scans)
    source = tmp_path / "scans.csv"
    source.write_text(file.getvalue(), newline="")
    assert judged(verifier, source) == one_by_one(verifier, [(one.text, one.expect) for one in scans])
    tally = verify_file(verifier, Job.of(str(source), str(tmp_path / "again.csv")))
    assert tally.places["shop"].keys() == {shop}


def test_the_column_that_is_named(verifier: Verifier, scans: list[Scan], tmp_path: Path) -> None:
    asked = [(one.text, None) for one in scans[:50]]
    rows = [{"label": "not this", "What I scanned": text} for text, _ in asked]
    (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "a.csv").write_text(
        "label,What I scanned\n" + "".join(f"not this,{text.strip()}\n" for text, _ in asked)
    )
    pyarrow.parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    for name in ("a.ndjson", "a.csv", "a.parquet"):
        assert judged(verifier, tmp_path / name, column="What I scanned") == one_by_one(verifier, asked)


def test_expectations_that_are_numbers(verifier: Verifier, labels: list[KnownLabel], tmp_path: Path) -> None:
    texts = [f"https://id.example.org{one.path}?c={one.digits}" for one in labels[:40]]
    numbers = [int(one.path[4:18]) + (place % 2) * 10 for place, one in enumerate(labels[:40])]
    (tmp_path / "a.ndjson").write_text(
        "\n".join(json.dumps({"label": text, "expect": number}) for text, number in zip(texts, numbers, strict=True))
    )
    pyarrow.parquet.write_table(pa.table({"label": texts, "expect": numbers}), tmp_path / "a.parquet")
    expected = one_by_one(verifier, [(text, str(number)) for text, number in zip(texts, numbers, strict=True)])
    for name in ("a.ndjson", "a.parquet"):
        assert judged(verifier, tmp_path / name) == expected


def test_what_a_file_is_can_be_stated(verifier: Verifier, scans: list[Scan], tmp_path: Path) -> None:
    source, target = tmp_path / "night.bin", tmp_path / "verdicts.dat"
    source.write_bytes(gzip.compress(as_csv(scans[:20])))
    job = Job.of(str(source), str(target), "csv.gz", "parquet")
    verify_file(verifier, job)
    assert pyarrow.parquet.read_table(target).num_rows == 20
    with pytest.raises(FileProblem, match="does not say what it is"):
        Job.of(str(source), str(target))


PROBLEMS = {
    "no-heading.csv": (b"", "empty"),
    "no-label.csv": (b"shop,colour\n1,2\n", "no column is called label; there are 'shop', 'colour'"),
    "two-labels.csv": (b"label,Label\n1,2\n", "two columns are called 'label'"),
    "gb18030.csv": ("标签,门店\n".encode("gb18030"), "--encoding"),
    "cut.txt.gz": (gzip.compress(b"label\n" * 1000)[:-4], "damaged or cut off"),
    "empty.txt.gz": (b"", "cut off"),
    "other.txt.zst": (gzip.compress(b"label\n"), "damaged or cut off"),
    "cut.csv.zst": (zstandard(b"label\n" * 100_000)[:-9], "damaged or cut off"),
    "text.parquet": (b"label\n", "cannot be read as Parquet"),
    "cut.parquet": (b"PAR1" + b"\0" * 100, "cannot be read as Parquet"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_cannot_be_read_leaves_what_was_there(verifier: Verifier, tmp_path: Path, name: str) -> None:
    data, said = PROBLEMS[name]
    source, target = tmp_path / name, tmp_path / "verdicts.csv"
    source.write_bytes(data)
    target.write_text("of yesterday")
    with pytest.raises(FileProblem, match=said):
        verify_file(verifier, Job.of(str(source), str(target)))
    assert target.read_text() == "of yesterday"
    assert {path.name for path in tmp_path.iterdir()} == {name, "verdicts.csv"}


def test_a_parquet_page_that_is_damaged(verifier: Verifier, scans: list[Scan], tmp_path: Path) -> None:
    source, target = tmp_path / "scans.parquet", tmp_path / "verdicts.csv"
    table = pa.table({"label": [one.text for one in scans]})
    pyarrow.parquet.write_table(table, source, row_group_size=500, write_page_checksum=True)
    data = bytearray(source.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    source.write_bytes(data)
    with pytest.raises(FileProblem, match="cannot be read as Parquet"):
        verify_file(verifier, Job.of(str(source), str(target)))
    assert not target.exists()


def test_a_column_of_another_kind(verifier: Verifier, tmp_path: Path) -> None:
    source = tmp_path / "scans.parquet"
    pyarrow.parquet.write_table(pa.table({"label": [[1], [2]]}), source)
    with pytest.raises(FileProblem, match="'label' holds list"):
        verify_file(verifier, Job.of(str(source), str(tmp_path / "out.csv")))


def test_one_long_value_that_stands_for_many_is_read_in_small_pieces(verifier: Verifier, tmp_path: Path) -> None:
    """Two kilobytes that would be 80 gigabytes."""
    source = tmp_path / "scans.parquet"
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1] * 10_000, pa.int32()), pa.array(["a", "x" * 8_000_000]))
    pyarrow.parquet.write_table(
        pa.table({"label": coded}), source, compression="zstd", store_schema=False, dictionary_pagesize_limit=1 << 30
    )
    assert source.stat().st_size < 10_000
    with ParquetSource(str(source), None) as table:
        sizes = [len(part()) for part in islice(table.parts(), 5)]
    assert max(sizes) <= 4
