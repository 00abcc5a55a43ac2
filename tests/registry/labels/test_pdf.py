"""Labels as PDF: true to the millimetre where a maker's sheet has them, with codes that scan and text that is text."""

import re
from collections.abc import Sequence

import pypdfium2
import pytest
import zxingcpp

from registry.labels.artwork import LabelArt, layout_of, render_pdf
from registry.labels.content import Variant
from registry.labels.pdf import sheets_pdf
from registry.labels.sheets import A4, FORMS, SheetForm
from tests.registry.labels.artwork_samples import make_art

MM = 72 / 25.4


def arts(count: int) -> list[LabelArt]:
    return [make_art(f"/01/09521234000017/21/{at:04}", seed=at, serial=f"{at:04}") for at in range(count)]


def printed(form: SheetForm, wanted: Sequence[LabelArt], skip: int = 0, language: str = "en") -> bytes:
    sizes = ((form.width, form.height),)
    return sheets_pdf((layout_of(art, language, sizes=sizes) for art in wanted), form, skip, "Labels", language)


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


def test_the_margins_that_follow_are_those_of_the_makers_templates() -> None:
    inch = 25.4
    assert FORMS["avery-l7160"].corner(0) == pytest.approx((7.25, 15.15))
    assert FORMS["avery-l7160"].corner(4) == pytest.approx((7.25 + 66, 15.15 + 38.1))
    assert FORMS["avery-l7163"].corner(1) == pytest.approx((4.65 + 101.6, 15.15))
    assert FORMS["avery-l7651"].corner(0) == pytest.approx((4.75, 10.7))
    assert FORMS["avery-5160"].corner(1) == pytest.approx((0.1875 * inch + 2.75 * inch, 0.5 * inch))
    assert FORMS["avery-5163"].corner(0) == pytest.approx((0.15625 * inch, 0.5 * inch))


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


def test_a_label_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no label of up to 38\.1 x 21\.2 mm"):
        printed(FORMS["avery-l7651"], arts(1))
    with pytest.raises(ValueError, match=r"no label of up to 38\.1 x 21\.2 mm"):
        layout_of(arts(1)[0], "en", Variant.CODE, sizes=((38.1, 21.2),))
