"""Counts are right, and bounded; and the report shows them, whatever the names are."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from schemas.verdict import VerdictCode
from tests.scans import KnownLabel
from verifier import Verifier
from verifier.bulk.files import tally as module
from verifier.bulk.files.report import LANGUAGES, Report, report_page
from verifier.bulk.files.tally import WORST_FIRST, Tally
from verifier.bulk.files.verify import Job, verify_file

_HEADING = "label,expect,shop,supplier\n"


def link(label: KnownLabel) -> str:
    return f"https://id.example.org{label.path}?c={label.digits}"


def tallied(verifier: Verifier, folder: Path, rows: str) -> Tally:
    """The counts of a CSV of these rows."""
    source = folder / "scans.csv"
    source.write_text(_HEADING + rows)
    return verify_file(verifier, Job.of(str(source), str(folder / "verdicts.csv")), with_faults=True)


@pytest.fixture(scope="module")
def of_each(labels: list[KnownLabel]) -> dict[str, list[str]]:
    """Labels by their verdicts."""
    found: dict[str, list[str]] = {}
    for label in labels:
        found.setdefault(label.verdict, []).append(link(label))
    return found


def test_every_verdict_has_its_place_among_the_worst() -> None:
    assert sorted(WORST_FIRST) == sorted(VerdictCode)


def test_what_is_counted(verifier: Verifier, of_each: dict[str, list[str]], tmp_path: Path) -> None:
    good, bad, worse = of_each["valid"][0], of_each["suspended"][0], of_each["withdrawn"][0]
    rows = [(good, "A"), (bad, "A"), (bad, "B"), (worse, "A"), (bad, "B"), ("x", ""), (good[:-1], "B")]
    tally = tallied(verifier, tmp_path, "".join(f"{text},,{shop},\n" for text, shop in rows))
    assert not tally.all_valid
    assert tally.lines == 7
    assert tally.verdicts == {"valid": 1, "suspended": 3, "withdrawn": 1, "unreadable": 2}
    assert tally.places["shop"]["A"] == {"valid": 1, "suspended": 1, "withdrawn": 1}
    assert tally.places["shop"].keys() == {"A", "B", ""}
    worst = [(fault[0], found.count, found.line, found.shops) for fault, found in tally.worst()]
    assert worst[:2] == [("withdrawn", 1, 4, {"A": 1}), ("suspended", 3, 2, {"A": 1, "B": 2})]


def test_memory_is_bounded(
    verifier: Verifier, of_each: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_NAMES", "MOST_FAULTS", "MOST_SHOPS"):
        monkeypatch.setattr(module, name, 3)
    bad = of_each["suspended"][:10]
    rows = [(text, f"shop {number}") for number in range(5) for text in bad] + [(of_each["withdrawn"][0], "late")]
    tally = tallied(verifier, tmp_path, "".join(f"{text},,{shop},\n" for text, shop in rows))
    assert tally.lines == sum(tally.verdicts.values()) == 51
    assert len(tally.places["shop"]) == 4
    assert sum(sum(verdicts.values()) for verdicts in tally.places["shop"].values()) == 51
    assert tally.places["shop"][None] == {"suspended": 20, "withdrawn": 1}
    assert tally.more_faults == {"suspended": 35}
    assert next(tally.worst())[0][0] == "withdrawn"  # not crowded out
    assert all(len(found.shops) == 3 and found.more_shops for fault, found in tally.worst() if fault[0] == "suspended")


class _Page(HTMLParser):
    """Which elements there are, and what they say, without what is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(verifier: Verifier, tally: Tally, source: str = "scans.csv", *languages: str) -> tuple[str, _Page]:
    report = Report(tally, verifier.bundle, "An <alliance>", source, datetime(2026, 5, 1, 13, tzinfo=UTC), 0.5)
    html = report_page(report, languages or LANGUAGES)
    page = _Page()
    page.feed(html)
    return html, page


HOSTILE = ["<script>alert(1)</script>", "</style><b>", "&amp;", "\u202eevil", "a\x00b", "'\"><img src=x onerror=1>"]


_ELEMENTS = {
    *("html", "meta", "title", "style", "main", "h1", "h2", "section", "p", "span", "bdi", "svg", "rect"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def test_the_report_shows_names_as_text(verifier: Verifier, tmp_path: Path) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    rows = "".join(f"x,,{name},{name}\n" for name in quoted)
    _, page = page_of(verifier, tallied(verifier, tmp_path, rows), HOSTILE[0])
    assert set(page.tags) == _ELEMENTS
    for name in (HOSTILE[0], "&amp;", "\ufffdevil", "a\ufffdb"):
        assert name in page.text
    assert not re.search(r"\u202e|\x00", page.text)


def test_the_report_is_in_the_languages_asked_for(
    verifier: Verifier, of_each: dict[str, list[str]], tmp_path: Path
) -> None:
    tally = tallied(verifier, tmp_path, f"{of_each['valid'][0]},,,\n{of_each['withdrawn'][0]},,S,\n")
    both, page = page_of(verifier, tally)
    assert "1 of 2 labels are not valid" in page.text
    assert "2 个标签中有 1 个无效" in page.text
    assert "2026-05-01 12:00 UTC" in page.text
    assert "display:none!important" not in both
    only, _ = page_of(verifier, tally, "scans.csv", "zh")
    assert '<html lang="zh">' in only
    assert "[lang=en]{display:none!important}" in only


def test_no_label_and_only_good_ones(verifier: Verifier, of_each: dict[str, list[str]], tmp_path: Path) -> None:
    assert "No labels were found" in page_of(verifier, tallied(verifier, tmp_path, ""))[1].text
    good = tallied(verifier, tmp_path, f"{of_each['valid'][0]},,,\n" * 3)
    assert good.all_valid
    _, page = page_of(verifier, good)
    assert "All 3 labels are valid" in page.text
    assert "Nothing to do." in page.text


def test_a_large_report_stays_small(verifier: Verifier, of_each: dict[str, list[str]], tmp_path: Path) -> None:
    bad = of_each["suspended"] + of_each["withdrawn"]
    rows = "".join(f"{text},,shop {place},s\n" for place, text in enumerate(bad * 3))
    html, page = page_of(verifier, tallied(verifier, tmp_path, rows))
    assert len(html) < 500_000
    assert "more labels that are not valid" in page.text
