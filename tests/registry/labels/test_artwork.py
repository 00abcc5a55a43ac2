"""What a label says, and where it stands."""

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageDraw, ImageFont

from registry.labels import words
from registry.labels.artwork import LabelArt, Variant, layout_of, render_png, render_svg
from registry.labels.column import SMALLEST, SMALLEST_FIGURE, Line
from registry.labels.content import grouped_gtin
from registry.labels.layout import SIZES, Layout
from registry.labels.qr import QUIET_ZONE, symbol
from registry.labels.typeface import FONTS, POINT, Weight, font
from registry.labels.wrapping import printable, wrap
from schemas.declaration import Boundary, DeclaredUnit
from schemas.verdict import Amount, Footprint
from tests.registry.labels.artwork_samples import (
    LONG_NAME,
    NOTICE,
    SAMPLES,
    STAGED,
    make_art,
    open_png,
    token_digits,
)

ELEMENTS = {"svg", "title", "desc", "rect", "path", "g", "text", "tspan"}
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<b>\"Acme\" & 'Söhne'</b> ]]> <!-- <?x?> \x00\x0b\x1f\x7f\ud800\ufffe\u202e\u2028&#0; 钢铁\U0001f4a9"

languages = pytest.mark.parametrize("language", words.LANGUAGES)
samples = pytest.mark.parametrize("art", SAMPLES.values(), ids=SAMPLES.keys())


def printed(svg: str) -> str:
    """The printed text of an SVG, without spaces: rows may break anywhere."""
    texts = ElementTree.fromstring(svg).iter(f"{SVG}text")
    return "".join("".join(text.itertext()) for text in texts).replace(" ", "")


# What it says


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "Carbon footprint 1.96 kg CO2e per 1 piece raw material to factory gate data 2016 "
            "checked by Example Assurance GTIN 9 521234 000017 Scan to verify 扫码核验",
        ),
        (
            "zh",
            "碳足迹 1.96 kg CO2e 每 1 件 从原料到出厂 数据年份 2016 "
            "核查：示例核查中心 9 521234 000017 Scan to verify 扫码核验",
        ),
    ],
)
def test_a_label_says_the_figure_its_context_and_the_product(language: str, expected: str) -> None:
    assert printed(render_svg(SAMPLES["class-level"], language)) == expected.replace(" ", "")


@languages
@samples
def test_no_figure_without_unit_declared_unit_boundary_and_year(art: LabelArt, language: str) -> None:
    text = printed(render_svg(art, language))
    per = art.footprint.per
    year = {"en": "andyear", "zh": "每年"}[language] if art.gln else ""
    unit = words.unit(per.unit, per.amount, language).replace(" ", "") + year
    assert f"{words.number(art.footprint.value)}kgCO2e{'per' if language == 'en' else '每'}" in text
    assert f"{words.number(per.amount)}{unit}{words.BOUNDARIES[art.boundary][language].replace(' ', '')}" in text
    assert "2016" in text


def test_lot_serial_and_place_are_printed() -> None:
    text = printed(render_svg(SAMPLES["lot and serial"], "en"))
    assert "GTIN9521234000017LotLOT-2024-11-ASerialSN-000123456789Scan" in text
    assert "GLN9521234000017Scan" in printed(render_svg(SAMPLES["place"], "zh"))


@languages
@pytest.mark.parametrize("variant", Variant)
def test_a_notice_is_printed_whole_in_both_languages_on_every_variant(variant: Variant, language: str) -> None:
    text = printed(render_svg(SAMPLES["demonstration"], language, variant))
    assert all(part.replace(" ", "") in text for part in NOTICE.values())
    long = make_art(notice={"en": LONG_NAME["en"]})
    assert LONG_NAME["en"].replace(" ", "") in printed(render_svg(long, language, variant))


def test_the_code_alone_prints_no_text_and_still_describes_itself() -> None:
    svg = render_svg(SAMPLES["class-level"], "en", Variant.CODE)
    assert printed(svg) == ""
    assert "<title>Carbon footprint label: 1.96 kg CO2e per 1 piece</title>" in svg


@languages
def test_a_long_name_takes_two_lines_and_ends_in_an_ellipsis(language: str) -> None:
    lines = [line.text for line in layout_of(SAMPLES["long host"], language).lines]
    first = next(place for place, text in enumerate(lines) if text.startswith(("checked by", "核查")))
    assert lines[first + 1].endswith("..." if language == "en" else "…")
    assert LONG_NAME[language].startswith(re.split(r"checked by |核查：", lines[first])[1])


def test_numbers_keep_every_digit_they_were_given() -> None:
    assert words.number(Decimal("-1234567.50")) == "−1,234,567.50"
    assert words.number(Decimal("1.2E+4")) == "12,000"
    assert words.number(Decimal("0.000000001")) == "0.000000001"


@pytest.mark.parametrize(
    ("gtin", "shown"),
    [
        ("09521234000017", "9 521234 000017"),
        ("00614141000036", "6 14141 00003 6"),
        ("00000096385074", "9638 5074"),
        ("19521234000014", "1 95 21234 00001 4"),
    ],
)
def test_a_gtin_reads_as_it_stands_under_its_barcode(gtin: str, shown: str) -> None:
    assert grouped_gtin(gtin) == shown


def test_every_word_exists_in_both_languages_and_promises_nothing() -> None:
    texts = [words.LABEL, words.CARBON_FOOTPRINT, words.YEAR, words.VERIFIER, words.PER, words.LOT, words.SERIAL]
    stages = (words.UNKNOWN, *words.STAGES.values())
    assert all(set(text) == {"en", "zh"} for text in (*texts, *stages, words.BY_STAGE, *words.BOUNDARIES.values()))
    assert set(words.BOUNDARIES) == set(Boundary)
    assert all(words.unit(unit, Decimal(2), language) for unit in DeclaredUnit for language in words.LANGUAGES)
    everything = " ".join(word for text in (*texts, *words.BOUNDARIES.values()) for word in text.values()).lower()
    assert not re.search(r"green|eco|neutral|绿色|环保|中和", everything)


def drawn(character: str, weight: Weight) -> bytes:
    """A character's picture."""
    image = Image.new("L", (60, 60))
    ImageDraw.Draw(image).text((5, 45), character, fill=255, font=font(weight, 40), anchor="ls")
    return image.tobytes()


@pytest.mark.parametrize("weight", Weight)
def test_the_fonts_have_every_character_of_the_words(weight: Weight) -> None:
    box = drawn("\ue000", weight)
    used = set((FONTS.parent / "words.py").read_text("utf-8")) - {"\n", " "}
    assert [character for character in sorted(used) if drawn(character, weight) == box] == []


def test_the_font_has_the_letters_of_names() -> None:
    box = drawn("\ue000", Weight.REGULAR)
    letters = "ÄÖÜßéñçŠžŁódźğışőūȘțĐặằƠưΩβЖшй鑫晟暨中国质量认证有限公司（）·—“”"
    assert [letter for letter in letters if drawn(letter, Weight.REGULAR) == box] == []


# Where it stands


@languages
@samples
def test_a_label_takes_one_of_the_fixed_sizes_in_true_millimetres(art: LabelArt, language: str) -> None:
    root = ElementTree.fromstring(render_svg(art, language))
    width, height = root.attrib["width"], root.attrib["height"]
    assert root.attrib["viewBox"] == f"0 0 {width.removesuffix('mm')} {height.removesuffix('mm')}"
    assert (float(width.removesuffix("mm")), float(height.removesuffix("mm"))) in SIZES


def test_an_ordinary_label_is_40_by_25_mm_in_chinese_and_50_by_25_in_english() -> None:
    sizes = [layout_of(SAMPLES["class-level"], language) for language in ("zh", "en")]
    assert [(layout.width, layout.height) for layout in sizes] == [(40, 25), (50, 25)]


@languages
@samples
def test_small_text_and_figure_are_never_set_too_small_to_read(art: LabelArt, language: str) -> None:
    lines = layout_of(art, language).lines
    assert SMALLEST >= 4.5 * POINT
    assert SMALLEST_FIGURE >= 9 * POINT
    figure = next(line for line in lines if line.text.startswith(words.number(art.footprint.value)))
    assert figure.runs[0].size >= SMALLEST_FIGURE - 1e-9
    sizes = [run.size for line in lines for run in line.runs if run.text != "2"]
    assert min(sizes) >= SMALLEST - 1e-9


def ink(line: Line) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a line's ink in mm, as the font draws it."""
    boxes: list[tuple[float, float, float, float]] = []
    x = line.x
    for run in line.runs:
        face = ImageFont.truetype(str(FONTS / run.weight), 200, layout_engine=ImageFont.Layout.BASIC)
        box = [value * run.size / 200 for value in face.getbbox(run.text, anchor="ls")]
        boxes.append(
            (x + run.gap + box[0], line.y + run.drop + box[1], x + run.gap + box[2], line.y + run.drop + box[3])
        )
        x += run.width
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def assert_everything_has_its_own_place(layout: Layout) -> None:
    code = layout.code
    boxes = [ink(line) for line in layout.lines]
    for box, line in zip(boxes, layout.lines, strict=True):
        assert box[0] >= 0.25, line
        assert box[1] >= 0.25, line
        assert box[2] <= layout.width - 0.25, line
        assert box[3] <= layout.height - 0.25, line
        assert box[0] >= code.x + code.side - 0.1 or box[1] >= code.y + code.side, f"over the quiet zone: {line}"
    for (above, over), (below, under) in pairwise(zip(boxes, layout.lines, strict=True)):
        is_beside = below[0] > above[2] or under.x < code.x + code.side
        assert below[1] > above[3] - 0.05 or is_beside, f"{over.text!r} runs into {under.text!r}"
    assert min(code.x, code.y) >= 0
    assert code.y + code.side <= layout.height
    assert all(frame.y >= code.y + code.side - 1e-6 for frame in layout.frames)


@languages
@pytest.mark.parametrize("art", (SAMPLES | STAGED).values(), ids=SAMPLES | STAGED)
@pytest.mark.parametrize("variant", Variant)
def test_nothing_overlaps_or_leaves_the_label(art: LabelArt, language: str, variant: Variant) -> None:
    assert_everything_has_its_own_place(layout_of(art, language, variant))


names = st.text(max_size=300) | st.text("国检认证中心（北京）有限公司", max_size=80)
numbers = st.decimals(min_value=-(10**20), max_value=10**20, allow_nan=False, allow_infinity=False, places=9)


@settings(max_examples=60)
@given(
    language=st.sampled_from(words.LANGUAGES),
    name=names,
    notice=st.just("") | names,
    value=numbers | st.integers(-1000, 10**7).map(Decimal),
    amount=st.decimals(min_value="0.000000001", max_value=10**12, places=9),
    unit=st.sampled_from(DeclaredUnit),
    boundary=st.sampled_from(Boundary),
    serial=st.none() | st.text("ABCxyz0189-._%", min_size=1, max_size=20),
    module=st.sampled_from((0.375, 0.5, 1.0)),
)
def test_whatever_the_names_and_figures_everything_has_its_own_place(
    language: str,
    name: str,
    notice: str,
    value: Decimal,
    amount: Decimal,
    unit: DeclaredUnit,
    boundary: Boundary,
    serial: str | None,
    module: float,
) -> None:
    art = replace(
        SAMPLES["class-level"],
        footprint=Footprint(value, Amount(amount, unit)),
        boundary=boundary,
        verifier={language: name},
        serial=serial,
        notice={"en": notice},
    )
    assert_everything_has_its_own_place(layout_of(art, language, module_mm=module))
    assert f"{words.number(value)}kgCO2e" in printed(render_svg(art, language, module_mm=module))


@settings(max_examples=80)
@given(text=names.map(printable), limit=st.floats(8, 60), lines=st.integers(1, 4))
def test_wrapping_keeps_to_the_width_and_loses_nothing_that_fits(text: str, limit: float, lines: int) -> None:
    setting = wrap(text, limit, 1.7, lines)
    assert len(setting.lines) <= lines
    face = font(Weight.REGULAR, 1000)
    assert all(face.getlength(line) * 1.7 / 1000 <= limit + 1e-6 for line in setting.lines)
    if setting.whole:
        assert "".join(setting.lines).replace(" ", "") == text.replace(" ", "")


@languages
@samples
def test_the_picture_is_white_in_the_quiet_zone_and_at_the_edges(art: LabelArt, language: str) -> None:
    layout = layout_of(art, language, module_mm=9 * 25.4 / 600)
    image = open_png(render_png(art, language, dpi=600))
    scale = 600 / 25.4
    left, top = round(layout.code.x * scale), round(layout.code.y * scale)
    side, quiet = layout.code.symbol.modules * 9, QUIET_ZONE * 9
    inner = image.copy()
    inner.paste(255, (left + quiet, top + quiet, left + side - quiet, top + side - quiet))
    assert inner.crop((left, top, left + side, top + side)).getextrema() == (255, 255)
    edge = 6
    image.paste(255, (edge, edge, image.width - edge, image.height - edge))
    assert image.getextrema() == (255, 255)


# How it is written


@pytest.mark.parametrize("host", ["a.cn", "id.carbonlabel.org", "x" * 14 + ".com"])
def test_a_class_level_label_is_version_9_on_a_host_of_up_to_18_characters(host: str) -> None:
    assert len(host) <= 18
    for path in ("/01/09521234000017", "/414/9521234000017"):
        code = symbol(f"https://{host}{path}?c={token_digits(7)}")
        assert code.version == 9
        assert len(code.rows) == 53
    assert layout_of(make_art(host=host), "zh").code.side == pytest.approx(22.875)


@languages
@pytest.mark.parametrize("variant", Variant)
def test_hostile_names_stay_text_in_well_formed_xml(language: str, variant: Variant) -> None:
    art = make_art(verifier={"en": HOSTILE, "zh": HOSTILE}, lot=HOSTILE, notice={"en": HOSTILE})
    svg = render_svg(art, language, variant)
    root = ElementTree.fromstring(svg.encode())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ELEMENTS
    assert "<b>\"Acme\"&'Söhne'</b>]]>" in printed(svg)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ud800-\udfff\ufffe]", svg)
    assert render_png(art, language, variant)


@settings(max_examples=60)
@given(name=st.text(st.characters(), max_size=60))
def test_any_name_gives_well_formed_xml(name: str) -> None:
    art = replace(SAMPLES["class-level"], verifier={"en": name})
    assert ElementTree.fromstring(render_svg(art, "en").encode()).attrib["lang"] == "en"


@languages
def test_an_svg_fetches_nothing_and_runs_nothing(language: str) -> None:
    svg = render_svg(SAMPLES["demonstration"], language)
    assert not re.search(r"href|url\(|@import|<script|<style|\bon\w+=|<image|<use", svg)
    assert svg.count("http") == 2, "the namespace, and the label's own address in its description"


@languages
@samples
def test_the_same_label_gives_the_same_bytes(art: LabelArt, language: str) -> None:
    first = render_svg(art, language), render_png(art, language)
    symbol.cache_clear()
    assert (render_svg(art, language), render_png(art, language)) == first


@pytest.mark.parametrize(("dpi", "pixels"), [(203, 3), (300, 5), (600, 9), (1200, 18)])
def test_a_png_has_whole_pixels_a_module_and_prints_true(dpi: int, pixels: int) -> None:
    image = open_png(render_png(SAMPLES["class-level"], "zh", Variant.CODE, dpi=dpi))
    assert image.size == (61 * pixels, 61 * pixels)
    png = render_png(SAMPLES["class-level"], "zh", dpi=dpi)
    pixels_a_metre = int.from_bytes(png[png.index(b"pHYs") + 4 :][:4])
    assert pixels_a_metre == round(dpi / 0.0254)
    assert len(png) < 60_000


def test_what_no_label_can_say_is_refused() -> None:
    art = SAMPLES["class-level"]
    refused = [
        (replace(art, text="https://例子.cn/01/09521234000017?c=1"), "en", 0.375),
        (replace(art, text="https://a.cn/?c=" + "1" * 8000), "en", 0.375),
        (replace(art, footprint=Footprint(Decimal("NaN"), art.footprint.per)), "en", 0.375),
        (replace(art, footprint=Footprint(Decimal(10) ** 400, art.footprint.per)), "en", 0.375),
        (art, "de", 0.375),
        (art, "en", 0.3),
        (art, "en", float("nan")),
    ]
    for wrong, language, module in refused:
        with pytest.raises(ValueError, match=r"label|QR|ascii"):
            render_svg(wrong, language, module_mm=module)
