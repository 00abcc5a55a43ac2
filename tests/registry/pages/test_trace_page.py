"""The page of a trace: a table that adds up, level by level, and says of each figure what it rests on."""

import re

import msgspec
import pytest

from registry.pages import trace_page
from registry.pages.trace import MOST_ROWS
from tests.registry.pages.document import Document
from tests.registry.pages.made_of import BARE, broken, node, traces, view
from tests.registry.pages.samples import NONCE


def test_the_share_that_records_back_comes_first() -> None:
    assert "96% of this footprint is backed by the records of its parts." in Document(_page("wide")).text
    assert "该碳足迹的 96% 有组成部分的记录为依据。" in Document(_page("wide", "zh")).text


def test_a_product_without_parts_says_that_it_names_none() -> None:
    assert "rests on its own declaration alone" in Document(_page("alone")).text


def test_each_row_is_headed_by_its_part_and_says_its_level() -> None:
    html = _page("broken")
    rows = re.findall(r'<tr role="row" class=.*?</tr>', html, re.DOTALL)
    assert len(rows) == 10
    assert all(row.count('<th role="rowheader" scope="row">') == 1 and row.count("<td") == 2 for row in rows)
    levels = re.findall(r"Level (\d+): ", html)
    assert levels == ["0", "0", "1", "1", "2", "1", "1", "1", "1", "1"]


def test_what_is_the_maker_s_own_stands_right_under_its_product() -> None:
    """Twelve levels, one in another: not twelve such rows one below the other, far from what they belong to."""
    inner = node(1, "0.5")
    for record in range(2, 13):
        inner = node(record, f"{record}", inner)
    rows = re.findall(r'<tr role="row" class=(.*?)</tr>', trace_page(view(inner), "en", NONCE), re.DOTALL)
    names = [re.findall(r"Steel \d+|Of it", row)[0] for row in rows]
    owned = [f"Steel {record}" for record in range(12, 1, -1)]
    assert names == [*(name for one in owned for name in (one, "Of it")), "Steel 1"]


def test_no_level_is_set_in_further_than_the_third_and_deeper_ones_are_seen_in_words() -> None:
    html = _page("deep")
    rows = re.findall(r'class="at-(\d)(?! own).*?<span class="(.*?)">Level (\d+): ', html, re.DOTALL)
    assert len(rows) > 5
    for indent, shown, level in rows:
        assert int(indent) == min(int(level), 3)
        if int(level) > 3 and shown != "heard":
            assert shown == "quiet line"
    assert any(int(level) > 3 and shown == "quiet line" for _, shown, level in rows)


def test_a_urn_may_break_at_its_colons_and_nowhere_else() -> None:
    html = trace_page(view(node(1234, "10", node(None, "1", **BARE | {"urn": "urn:example:hinge"}))), "en", NONCE)
    assert "<bdi>urn:<wbr>example:<wbr>hinge</bdi>" in html


def test_what_a_figure_rests_on_is_said() -> None:
    shown = Document(_page("broken")).text
    for words in (
        "the company's own figure, no record",
        "no such record, or another unit",
        "contains itself; not counted as backed",
        "has parts of its own; open it",
        "unknown",
        "or have a newer version:",
        "Not everything is opened here.",
    ):
        assert words in shown
    stale = _page("broken").partition("or have a newer version:")[2].partition("</p>")[0]
    assert re.findall('<a href="(.*?)">(.*?)</a>', stale) == [
        ("/records/7/trace", "record 7"),
        ("/records/9/trace", "record 9"),
    ]


def test_a_figure_of_a_record_that_was_taken_back_is_struck() -> None:
    html = _page("broken")
    assert re.findall('<s><span class="value">(.*?)</span></s>', html) == ["3.333"]
    assert "Not to be relied on" in html


def test_a_computed_figure_has_four_digits_and_no_exponent() -> None:
    shown = Document(_page("broken")).text
    assert "0.0000012" in shown
    assert "3.333 " in shown
    assert not re.search(r"\dE[+-]?\d", shown)


def test_parts_lead_on_in_the_language_that_was_chosen() -> None:
    html = trace_page(msgspec.structs.replace(traces()["broken"], query="lang=zh"), "zh", NONCE)
    links = [link["href"] for link in Document(html).all("a")]
    assert "/records/9/trace?lang=zh" in links
    assert "/records/77/trace?lang=zh" not in links
    assert "/v1/records/1234/trace" in links


def test_a_page_has_a_most_of_rows_and_says_how_many_are_left() -> None:
    wide = node(1234, "10", *(node(at, "0.01") for at in range(200)))
    html = trace_page(view(wide), "en", NONCE)
    assert html.count('<th role="rowheader" scope="row">') == MOST_ROWS
    assert "102 more lines are in the JSON." in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_names_stay_text(language: str) -> None:
    name = {"en": "<script>alert(1)</script>\u202e", "zh": "<img src=x onerror=a>\u202e"}
    top = msgspec.structs.replace(broken(), name=name)
    html = trace_page(view(top), language, NONCE)
    assert "<script" not in html
    assert "<img" not in html
    assert "\u202e" not in html


def _page(name: str, language: str = "en") -> str:
    return trace_page(traces()[name], language, NONCE)
