"""The page of an area statement: what was made, less what one supplies to another, is what is counted."""

import re

import msgspec

from registry.pages import area_page
from registry.pages.area import MOST_ROWS
from tests.registry.pages.document import Document
from tests.registry.pages.made_of import area, areas, product
from tests.registry.pages.samples import NONCE


def test_the_sum_stands_at_the_top_with_what_it_is_per() -> None:
    shown = Document(area_page(areas()["park"], "en", NONCE)).text
    words = ["River park", "9 521234 567899", "1,568,000 kg CO₂e", "per 50,000 m²", "31.36 kg CO₂e per square meter"]
    assert sorted(words, key=shown.index) == words


def test_the_foot_of_the_table_takes_internal_supply_off() -> None:
    foot = re.search(r"<tfoot>.*?</tfoot>", area_page(areas()["park"], "zh", NONCE), re.DOTALL)
    assert foot is not None
    cells = re.findall(r'<td class="end">([^<]+)</td>', foot[0])
    assert cells == ["1,960,000", "\u2212392,000", "1,568,000"]


def test_what_is_not_known_or_has_fallen_is_said() -> None:
    html = area_page(areas()["park"], "en", NONCE)
    shown = Document(html).text
    for words in ("Not complete", "unknown", "Not to be relied on", "made here", "bought"):
        assert words in shown
    assert html.count("<s>") == 1
    assert "Not complete" not in Document(area_page(area(product(1, "2")), "en", NONCE)).text


def test_a_place_without_products_says_so() -> None:
    assert "No products are named." in Document(area_page(areas()["empty"], "en", NONCE)).text


def test_a_page_has_a_most_of_rows_and_says_how_many_are_left() -> None:
    html = area_page(area(*(product(at, "1") for at in range(MOST_ROWS + 5))), "en", NONCE)
    assert html.count('<th scope="row">') == MOST_ROWS + 3
    assert "5 more lines are in the JSON." in html


def test_hostile_names_stay_text() -> None:
    name = {"en": "<script>alert(1)</script>\u202e"}
    view = areas()["park"]
    hostile = msgspec.structs.replace(view, statement=msgspec.structs.replace(view.statement, name=name))
    html = area_page(hostile, "en", NONCE)
    assert "<script" not in html
    assert "\u202e" not in html
