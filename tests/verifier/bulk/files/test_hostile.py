"""Whatever the lines of a file hold, each has its row; and what is wrong with one spoils no other."""

import json
from pathlib import Path

import pytest

from tests.scans import KnownLabel
from tests.verifier.bulk.files.judged import judged, one_by_one
from verifier import Verifier
from verifier.bulk.files.blocks import BLOCK, MAX_ROW


@pytest.fixture(scope="module")
def good(labels: list[KnownLabel]) -> str:
    """A label that is valid."""
    label = next(one for one in labels if one.verdict == "valid")
    return f"https://id.example.org{label.path}?c={label.digits}"


def verdicts(verifier: Verifier, source: Path, data: bytes) -> list[str]:
    source.write_bytes(data)
    return [row[0] for row in judged(verifier, source)]


JUNK = {
    "empty": b"",
    "blanks": b"   \t",
    "not-utf-8": b"\xff\xfe\xc3\x28",
    "nul": b"a\x00b",
    "only-nul": b"\x00" * 500,
    "return": b"a\rb",
    "formula": b"=cmd|'/C calc'!A0",
    "escape": b"\x1b[2J",
    "form-feed": b"\x0c\x0b\x1c\x85",
    "line-separator": "\u2028\u2029".encode(),
    "long": b"https://id.example.org/01/" + b"9" * 5000,
    "very-long": b"x" * (MAX_ROW + 1),
    "longer-than-a-block": b"\xe6" * (BLOCK + MAX_ROW + 3),
}


@pytest.mark.parametrize("junk", JUNK)
def test_a_line_of_text(verifier: Verifier, good: str, tmp_path: Path, junk: str) -> None:
    data = b"\n".join([good.encode(), JUNK[junk], good.encode(), JUNK[junk]]) + b"\n"
    source = tmp_path / "scans.txt"
    source.write_bytes(data)
    text = JUNK[junk][:20_000].decode(errors="replace")
    assert judged(verifier, source) == one_by_one(verifier, [(good, None), (text, None)] * 2)


def test_nul_behind_or_within_a_good_label(verifier: Verifier, good: str, tmp_path: Path) -> None:
    lines = [good + "\0", "\0" + good, good[:-1] + "\0", good.replace("?", "\0?"), good]
    found = verdicts(verifier, tmp_path / "scans.txt", "\n".join(lines).encode())
    assert found == ["unreadable"] * 4 + ["valid"]


@pytest.mark.parametrize("junk", JUNK)
def test_a_line_of_csv(verifier: Verifier, good: str, tmp_path: Path, junk: str) -> None:
    row = f"shop,{good}".encode()
    data = b"\n".join([b"shop,label", row, JUNK[junk], row, JUNK[junk], row]) + b"\n"
    assert verdicts(verifier, tmp_path / "a.csv", data) == ["valid", "unreadable", "valid", "unreadable", "valid"]


@pytest.mark.parametrize(
    "row",
    [
        "GOOD",
        "shop,GOOD,more",
        'shop,"GOOD',
        'shop,"GOOD"x',
        'shop,GOOD"',
        'shop,""GOOD""',
        'shop,"""GOOD"""',
        '"',
        '""',
        ',"',
        "shop;GOOD",
    ],
)
def test_a_row_that_is_wrong_spoils_no_other(verifier: Verifier, good: str, tmp_path: Path, row: str) -> None:
    right = f"shop,{good}\n"
    wrong = row.replace("GOOD", good) + "\n"
    data = "shop,label\n" + right * 3 + wrong + right * 200 + wrong + right
    expected = ["valid"] * 3 + ["unreadable"] + ["valid"] * 200 + ["unreadable", "valid"]
    assert verdicts(verifier, tmp_path / "a.csv", data.encode()) == expected


@pytest.mark.parametrize(
    "row", ['"shop,GOOD', '"5"" tile",GOOD', '5" tile,GOOD', '"a\n\nb",GOOD', '"a, b","GOOD"', ",GOOD\r"]
)
def test_quotation_marks_that_are_right_or_only_characters(
    verifier: Verifier, good: str, tmp_path: Path, row: str
) -> None:
    data = "shop,label\n" + (row.replace("GOOD", good) + "\n") * 3
    assert verdicts(verifier, tmp_path / "a.csv", data.encode()) == ["valid"] * 3


def test_an_open_quotation_mark_closes_within_bounds_or_not_at_all(
    verifier: Verifier, good: str, tmp_path: Path
) -> None:
    """Its row is wrong; the thousand rows up to the next quotation mark, which would close it, are not swallowed."""
    right = f"shop,{good}\n"
    data = 'shop,label\n"open,x\n' + right * 1000 + f'",{good}\n' + right
    found = verdicts(verifier, tmp_path / "a.csv", data.encode())
    assert found == ["unreadable"] + ["valid"] * 1002


def test_a_ragged_row_is_not_judged_without_its_expectation(verifier: Verifier, good: str, tmp_path: Path) -> None:
    data = f"label,expect\n{good},09521234000006\n{good}\n{good},\n"
    assert verdicts(verifier, tmp_path / "a.csv", data.encode()) == ["mismatch", "unreadable", "valid"]


@pytest.mark.parametrize("junk", JUNK)
def test_a_line_of_ndjson(verifier: Verifier, good: str, tmp_path: Path, junk: str) -> None:
    row = json.dumps({"label": good}).encode()
    found = verdicts(verifier, tmp_path / "a.ndjson", b"\n".join([row, JUNK[junk], row, JUNK[junk], row]))
    assert found == ["valid", "unreadable", "valid", "unreadable", "valid"]


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "null",
        '"GOOD"',
        '{"label": null}',
        '{"label": 1}',
        '{"label": "GOOD"',
        '{"label": "GOOD"} {"label": "GOOD"}',
        '{"label": "GOOD"},',
        '{"label": "GOOD", "expect": []}',
        '{"label": "GOOD", "expect": 1.5}',
        '{"label": "GOOD", "expect": true}',
        '{"LABEL": "GOOD"}',
        '{"label": "\\ud800"}',
        '{"label": "GOOD", "more": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"label": "GOOD", "expect": ' + "1" * 10_000 + "}",
    ],
)
def test_json_that_is_wrong_spoils_no_other(verifier: Verifier, good: str, tmp_path: Path, line: str) -> None:
    right = json.dumps({"label": good, "expect": None, "more": {"a": [1.5, True]}})
    data = "\n".join([right, line.replace("GOOD", good), right])
    found = verdicts(verifier, tmp_path / "a.ndjson", data.encode())
    assert found[1] in ("unreadable", "mismatch")
    assert found[0] == found[2] == "valid"


def test_bytes_that_are_no_characters_beside_a_good_label(verifier: Verifier, good: str, tmp_path: Path) -> None:
    data = b"shop,label\n\xff\xfe\xff," + good.encode() + b"\n"
    assert verdicts(verifier, tmp_path / "a.csv", data) == ["valid"]


def test_gb18030_that_is_cut_in_the_middle_of_a_character(verifier: Verifier, good: str, tmp_path: Path) -> None:
    data = f"label\n{good}\n标".encode("gb18030")[:-1] + b"\n" + good.encode() + b"\n\x81"
    source = tmp_path / "a.csv"
    source.write_bytes(data)
    found = [row[0] for row in judged(verifier, source, encoding="gb18030")]
    assert found == ["valid", "unreadable", "valid", "unreadable"]
