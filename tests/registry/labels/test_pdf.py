"""Labels as PDF: true to the millimetre where a maker's sheet has them, with codes that scan and text that is text."""

import re
from collections.abc import Sequence

import pypdfium2
import pytest
import zxingcpp

from registry.labels.artwork import LabelArt, layout_on, render_pdf
from registry.labels.content import Variant
from registry.labels.pdf import sheets_pdf
from registry.labels.sheets import A4, FORMS, SheetForm
from tests.registry.labels.artwork_samples import make_art

MM = 72 / 25.4


def arts(count: int) -> list[LabelArt]:
    return [make_art(f"/01/09521234000017/21/{at:04}", seed=at, serial=f"{at:04}") for at in range(count)]


def printed(form: SheetForm, wanted: Sequence[LabelArt], skip: int = 0, language: str = "en") -> bytes:
    layouts = (layout_on(art, language, Variant.STANDARD, form) for art in wanted)
    return sheets_pdf(layouts, form, skip, "Labels", language)


def codes_of(content: bytes, dpi: int = 300) -> list[list[tuple[str, float, float]]]:
    """The text of every code on each page, with the middle of its place in mm."""
    document = pypdfium2.PdfDocument(content)
    found = []
    for page in document:
        picture = page.render(scale=dpi / 72, grayscale=True).to_numpy()
        codes = zxingcpp.read_barcodes(picture)
        middles = [(c.text, c.position.top_left, c.position.bottom_right) for c in codes]
        found.append([(t, (a.x + b.x) / 2 / dpi * 25.4, (a.y + b.y) / 2 / dpi * 25.4) for t, a, b in middles])
    document.close()
    return found


def words_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def test_every_code_of_a_sheet_is_read_in_its_place_after_the_used_ones() -> None:
    form, wanted = FORMS["avery-l7160"], arts(20)
    pages = codes_of(printed(form, wanted, skip=5))
    assert [len(page) for page in pages] == [16, 4]
    assert {text for page in pages for text, _, _ in page} == {art.text for art in wanted}
    place = {text: (number, x, y) for number, page in enumerate(pages) for text, x, y in page}
    for at, art in enumerate(wanted, 5):
        number, x, y = place[art.text]
        left, top = form.corner(at % form.count)
        assert number == at // form.count
        assert left < x < left + form.width / 2
        assert top < y < top + form.height


def test_the_text_is_text_in_both_languages_and_the_fonts_are_cut_to_it() -> None:
    form = FORMS["roll-60x30"]
    english, chinese = printed(form, arts(2)), printed(form, arts(2), language="zh")
    assert "Carbon footprint" in words_of(english)
    assert "0001" in words_of(english)
    assert "碳足迹" in words_of(chinese)
    assert "示例核查中心" in words_of(chinese)
    assert len(english) < 60_000
    assert printed(form, arts(2)) == english, "the same labels are the same bytes"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_stands_on_its_paper_and_its_labels_beside_one_another(form: SheetForm) -> None:
    corners = [form.corner(at) for at in range(form.count)]
    assert len(set(corners)) == form.count
    right, bottom = (max(corner[axis] for corner in corners) for axis in (0, 1))
    assert min(min(corner) for corner in corners) >= -1e-9
    assert right + form.width <= form.paper[0] + 1e-9
    assert bottom + form.height <= form.paper[1] + 1e-9
    assert form.gap >= 0


CUT = {
    "avery-l7160": ((66.04, 38.10), (63.50, 38.10), (7.20, 15.15)),
    "avery-l7163": ((101.60, 38.10), (99.06, 38.10), (4.67, 15.15)),
    "avery-l7159": ((66.54, 33.86), (64.00, 33.86), (6.46, 13.06)),
    "avery-5160": ((69.85, 25.40), (66.68, 25.40), (4.78, 12.70)),
    "avery-5163": ((106.36, 50.80), (101.60, 50.80), (3.96, 12.70)),
    "herma-4677": ((66.04, 38.10), (63.50, 38.10), (7.21, 15.15)),
    "herma-4678": ((101.60, 38.10), (99.06, 38.10), (4.67, 15.15)),
    "herma-4464": ((70.00, 37.13), (70.00, 37.13), (0, 0)),
}
"""Pitch, size and margins of LibreOffice core, extras/source/labels/labels.xml: "Avery A4", "Avery Letter Size" and
"Herma A4"."""


@pytest.mark.parametrize("name", CUT)
def test_a_sheet_is_cut_as_published(name: str) -> None:
    form, (pitch, size, margins) = FORMS[name], CUT[name]
    across, down = form.corner(1)[0] - form.corner(0)[0], form.corner(form.columns)[1] - form.corner(0)[1]
    assert (across, down) == pytest.approx(pitch, abs=0.02)
    assert (form.width, form.height) == pytest.approx(size, abs=0.02)
    assert form.corner(0) == pytest.approx(margins, abs=0.035)


def test_every_form_but_the_rolls_was_checked() -> None:
    assert set(CUT) == {name for name, form in FORMS.items() if not form.is_roll}


def test_a_page_is_as_large_as_its_paper_and_is_not_to_be_scaled() -> None:
    for content, size in (
        (printed(FORMS["avery-l7160"], arts(1)), A4),
        (printed(FORMS["roll-60x30"], arts(1)), (60, 30)),
        (render_pdf(make_art(), "en"), (50, 25)),
    ):
        document = pypdfium2.PdfDocument(content)
        assert document[0].get_size() == pytest.approx((size[0] * MM, size[1] * MM), abs=0.01)
        document.close()
        assert re.search(rb"/PrintScaling\s*/None", content)
