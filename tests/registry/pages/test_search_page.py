"""Search: one box, verdict first, the figure never alone, and always a next step."""

import re

import msgspec
import pytest

from registry.pages import SearchView, error_page, search_page
from schemas.verdict import VerdictCode
from tests.registry.pages.document import Document
from tests.registry.pages.every_page import START, nothing, results
from tests.registry.pages.samples import NONCE, PATH, SITE, VERSIONS


def page(view: SearchView, language: str = "en") -> str:
    return search_page(view, language, NONCE)


def test_there_is_one_box_and_it_asks_this_host() -> None:
    for view in (START, results(), nothing()):
        document = Document(page(view))
        assert document.all("form") == [
            {"class": "search", "action": "/search", "method": "get", "role": "search"},
        ]
        assert [field["name"] for field in document.all("input")] == ["q"]


def test_a_result_says_the_verdict_first_then_what_then_how_much() -> None:
    shown = Document(page(results())).text
    first = shown[shown.index("Current") :]
    order = ["Current", "Frosted Flakes", "Kellogg Company", "9 521234 567892", "1.82 kg CO₂e per piece", "factory"]
    places = [first.index(words) for words in order]
    assert places == sorted(places)
    assert f'href="{PATH}?c=1301"' in page(results())  # what a scan of its label opens


def test_only_a_valid_result_has_the_colour_of_valid() -> None:
    html = page(results())
    assert html.count('class="chip chip-good"') == 1
    others = tuple(record for record in VERSIONS if record.verdict is not VerdictCode.VALID)
    assert "-good" not in page(msgspec.structs.replace(results(), results=others))


def test_a_figure_that_was_taken_back_is_struck() -> None:
    html = page(results())
    assert html.count("<s>") == 1
    assert "Not to be relied on" in html


def test_pages_lead_on_and_back_with_query_and_language() -> None:
    view = msgspec.structs.replace(results("oat & rye"), query_string="q=oat+%26+rye&page=2&lang=zh")
    links = [link["href"] for link in Document(page(view, "zh")).all("a")]
    assert "/search?q=oat+%26+rye&page=1&lang=zh" in links
    assert "/search?q=oat+%26+rye&page=3&lang=zh" in links
    assert "/v1/products?q=oat+%26+rye&format=csv" in links
    assert "/v1/products?q=oat+%26+rye&format=json" in links
    assert f"{PATH}?c=1301&lang=zh" in links
    assert '<input type="hidden" name="lang" value="zh">' in page(view, "zh")


def test_the_first_and_the_last_page_lead_no_further() -> None:
    first = page(msgspec.structs.replace(results(), page=1))
    last = page(msgspec.structs.replace(results(), page=61))
    assert 'rel="prev"' not in first
    assert 'rel="next"' in first
    assert 'rel="next"' not in last
    assert 'rel="prev"' in last


@pytest.mark.parametrize(("language", "words"), [("en", "What to try next"), ("zh", "可以试试")])
def test_an_empty_answer_says_what_to_do_next(language: str, words: str) -> None:
    shown = Document(page(nothing(), language)).text
    assert words in shown
    assert "flakez" in shown


def test_counts_are_written_for_the_reader() -> None:
    assert "1,204 declarations" in page(results())
    assert "1 declaration<" in page(msgspec.structs.replace(results(), total=1, pages=1, page=1))
    assert "Page 2 of 61" in page(results())


def test_an_error_says_what_was_wrong_where_and_how_to_mend_it() -> None:
    title = {"en": "Too many requests", "zh": "请求过多"}
    detail = {"en": "Wait 20 seconds, then scan again.", "zh": "请等待 20 秒后再扫。"}
    shown = Document(error_page(SITE, 429, title, "已核验 1,000 次", detail, "/01/x%20y", "lang=zh", "zh", NONCE)).text
    assert re.search("错误 429 请求过多 已核验 1,000 次 请等待 20 秒后再扫。 所请求的地址 /01/x y", shown)
