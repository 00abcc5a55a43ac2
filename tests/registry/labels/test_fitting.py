"""Labels on sheets and rolls: as large as the form holds, in the middle of it, with a code that scans, or refused."""

from collections.abc import Iterator
from functools import cache

import numpy
import pypdfium2
import pytest
import zxingcpp

from registry.labels import words
from registry.labels.artwork import LabelArt, Variant, layout_of, layout_on
from registry.labels.layout import SMALLEST_MODULE, Layout
from registry.labels.pdf import sheets_pdf
from registry.labels.qr import QUIET_ZONE
from registry.labels.refusals import does_not_fit
from registry.labels.sheets import FORMS, UNPRINTED, SheetForm
from tests.registry.labels.artwork_samples import SAMPLES, STAGED, make_art
from tests.registry.labels.test_artwork import assert_everything_has_its_own_place, ink

DPI = 200
ARTS = SAMPLES | STAGED

OFTEN = {"avery-l7160", "avery-5160", "herma-4464", "roll-40x25", "roll-100x50"}
"""Sheets in millimeters and in inches, the smallest roll and the largest: the others are looked at in `make soak`."""
forms = pytest.mark.parametrize(
    "form",
    [pytest.param(form, id=name, marks=[pytest.mark.soak] * (name not in OFTEN)) for name, form in FORMS.items()],
)


@cache
def on(name: str) -> tuple[tuple[LabelArt, Layout], ...]:
    """Every sample that the form holds, in every variant and language."""
    return tuple(_on(FORMS[name]))


def _on(form: SheetForm) -> Iterator[tuple[LabelArt, Layout]]:
    for art in ARTS.values():
        for language in words.LANGUAGES:
            for variant in Variant:
                try:
                    yield art, layout_on(art, language, variant, form)
                except ValueError:
                    continue


def white(picture: numpy.ndarray, layout: Layout, x: float, y: float) -> bool:
    """Whether the quiet zone of a label with its corner there (mm) is white, but for a pixel at each of its edges."""
    scale, quiet = DPI / 25.4, QUIET_ZONE * layout.code.module
    left, top, side = ((value * scale) for value in (x + layout.code.x, y + layout.code.y, layout.code.side))
    around = picture[round(top) + 1 : round(top + side) - 1, round(left) + 1 : round(left + side) - 1].copy()
    edge = round(quiet * scale) - 2
    around[edge:-edge, edge:-edge] = 255
    return bool((around < 128).sum() == 0)


@forms
def test_every_code_of_every_form_scans_and_has_its_quiet_zone(form: SheetForm) -> None:
    found = on(form.name)
    assert len(found) >= 10
    content = sheets_pdf((layout for _, layout in found), form, 0, "Labels", "en")
    document = pypdfium2.PdfDocument(content)
    for number, page in enumerate(document):
        picture = page.render(scale=DPI / 72, grayscale=True).to_numpy().squeeze()
        here = found[number * form.count : (number + 1) * form.count]
        codes = zxingcpp.read_barcodes(numpy.ascontiguousarray(picture))
        assert sorted(code.text for code in codes) == sorted(art.text for art, _ in here)
        for at, (_, layout) in enumerate(here):
            assert layout.code.module >= SMALLEST_MODULE - 1e-9
            left, top = form.corner(at)
            x, y = left + (form.width - layout.width) / 2, top + (form.height - layout.height) / 2
            assert white(picture, layout, x, y)
    document.close()


@forms
def test_nothing_overlaps_and_all_ink_is_where_printers_print(form: SheetForm) -> None:
    room = form.room.whole
    left, top = form.corner(0)
    for _, layout in on(form.name):
        assert_everything_has_its_own_place(layout)
        assert layout.width <= room[0] + 1e-6
        assert layout.height <= room[1] + 1e-6
        if not form.is_roll:
            x, y = left + (form.width - layout.width) / 2, top + (form.height - layout.height) / 2
            dark = QUIET_ZONE * layout.code.module
            assert min(x + layout.code.x, y + layout.code.y) + dark >= UNPRINTED
            assert all(min(x + ink(line)[0], y + ink(line)[1]) >= UNPRINTED for line in layout.lines)
            assert all(x + frame.x >= UNPRINTED - 1e-9 for frame in layout.frames)


@pytest.mark.parametrize("name", ["avery-l7163", "avery-5163", "herma-4678", "roll-80x40", "roll-100x50"])
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_on_a_wide_label_the_artwork_is_larger_and_as_far_from_the_left_as_from_the_right(
    name: str, language: str
) -> None:
    form, art = FORMS[name], SAMPLES["class-level"]
    layout = layout_on(art, language, Variant.STANDARD, form)
    assert layout.code.module >= 1.3 * SMALLEST_MODULE
    before = layout.code.x + QUIET_ZONE * layout.code.module
    behind = layout.width - max(line.x + line.width for line in layout.lines)
    assert behind == pytest.approx(before, abs=1.5)
    assert layout.height > 0.75 * form.height


def test_a_larger_label_costs_no_words() -> None:
    for form in FORMS.values():
        for art in ARTS.values():
            try:
                layout = layout_on(art, "en", Variant.STANDARD, form)
            except ValueError:
                continue
            alone = layout_of(art, "en", sizes=(form.room.whole,))
            short = art.verifier["en"][:20]
            assert [line.text for line in layout.lines if short not in line.text][:5] == [
                line.text for line in alone.lines if short not in line.text
            ][:5]


def test_a_label_that_does_not_fit_is_refused_with_what_holds_it_in_both_languages() -> None:
    art, form = make_art(serial="12345"), FORMS["roll-40x25"]
    with pytest.raises(ValueError, match="no label of up to 40 x 25 mm"):
        layout_on(art, "en", Variant.STANDARD, form)
    told = does_not_fit(2, art, "/01/09521234000017/21/12345", "en", Variant.STANDARD, form)
    assert told.path == "$.paths[2]"
    assert (
        "does not fit roll 40 x 25 mm, as the squares of a code may not be smaller than 0.375 mm" in told.message["en"]
    )
    assert "Choose the variant “code only” or roll 50 x 25 mm, roll 50 x 30 mm" in told.message["en"]
    assert "二维码的方格不得小于0.375毫米" in told.message["zh"]
    assert "请改选“仅二维码”样式，或卷标50 x 25毫米、卷标50 x 30毫米" in told.message["zh"]
    staged = does_not_fit(0, STAGED["life cycle"], "/x", "en", Variant.STAGES, FORMS["avery-5160"]).message["en"]
    assert "does not fit Avery 5160 (66.67 x 25.4 mm)" in staged
    assert "“code and figure” or the variant “code only” or Avery L7159, Avery L7160" in staged
    large = make_art(host="labels.registry.low-carbon-alliance.example.org", notice={"en": "x" * 900})
    assert does_not_fit(0, large, "/x", "en", Variant.CODE, form).message["en"].endswith("Choose the zip of SVG files.")
