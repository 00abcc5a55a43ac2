"""Stages on a label: few rows, one scale, and what is unknown is never drawn as a length."""

from decimal import Decimal

import pytest

from registry.labels import words
from registry.labels.artwork import Variant, layout_of, render_png, render_svg
from registry.labels.layout import Layout
from registry.labels.shares import shares_of
from schemas.declaration import StageCode
from tests.registry.labels.artwork_samples import SAMPLES, STAGED, open_png, rasterise, read, stages
from tests.registry.labels.test_artwork import printed

languages = pytest.mark.parametrize("language", words.LANGUAGES)


def amounts(*told: tuple[StageCode, str | None]) -> list[tuple[str, str | None]]:
    return [(share.name, share.amount) for share in shares_of(stages(*told), "en")]


def test_what_was_declared_under_one_stage_is_one_row() -> None:
    assert amounts((StageCode.OPERATIONS, "0.50"), (StageCode.USE, "1"), (StageCode.OPERATIONS, "0.05")) == [
        ("Own operations", "0.55"),
        ("Use", "1"),
    ]


def test_modules_of_en_15804_are_rows_of_their_stage_and_d_is_outside() -> None:
    told = tuple((code, "1") for code in StageCode if code.value[0] in "ABCD" and code is not StageCode.A1_A3)
    assert [name for name, _ in amounts(*told)] == ["Making (A1-A3)", "Building (A4-A5)", "Use (B)", "End of life (C)"]
    assert [amount for _, amount in amounts(*told)] == ["3", "2", "7", "4"]
    assert amounts((StageCode.D, "-5")) == []


def test_every_stage_has_a_row_or_is_module_d() -> None:
    for code in StageCode:
        assert len(amounts((code, "1"))) == (code is not StageCode.D)


def test_a_row_that_is_partly_unknown_is_unknown_and_no_scale_of_others() -> None:
    first, second = shares_of(stages((StageCode.A4, "100"), (StageCode.A5, None), (StageCode.B1, "2")), "en")
    assert (first.amount, first.width) == (None, 0)
    assert (second.amount, second.width) == ("2", 1)


def test_bars_of_one_scale_begin_at_zero_on_both_sides() -> None:
    more, less, none = shares_of(stages((StageCode.USE, "3"), (StageCode.END_OF_LIFE, "-1"), (StageCode.A4, "0")), "en")
    assert (more.start, more.width, more.zero) == (0.25, 0.75, 0.25)
    assert (less.start, less.width) == (0, 0.25)
    assert (none.amount, none.width) == ("0", 0)
    assert [share.width for share in shares_of(stages((StageCode.USE, "0")), "en")] == [0]


@languages
@pytest.mark.parametrize("name", STAGED)
def test_a_label_with_stages_takes_60_by_30_mm_at_most_and_scans(name: str, language: str) -> None:
    art = STAGED[name]
    layout = layout_of(art, language, Variant.STAGES)
    assert (layout.width, layout.height) == ((60, 30) if language == "en" else (50, 30))
    assert read(rasterise(render_svg(art, language, Variant.STAGES))) == art.text
    assert read(open_png(render_png(art, language, Variant.STAGES))) == art.text


@languages
def test_amounts_stand_with_their_unit_and_are_told_to_those_who_cannot_see_them(language: str) -> None:
    svg = render_svg(STAGED["life cycle"], language, Variant.STAGES)
    told = {
        "en": ("By stage,kgCO2e", "Raw materials1.2", "Useunknown", "By stage, kg CO2e: Raw materials 1.2, Production"),
        "zh": ("各阶段（kgCO2e）", "原材料获取1.2", "使用未知", "各阶段（kg CO2e）：原材料获取 1.2、生产制造 0.74"),
    }[language]
    assert all(text.replace(" ", "") in printed(svg) for text in told[:3])
    assert told[3] in svg
    assert "By stage" not in render_svg(STAGED["life cycle"], language)


def lengths(layout: Layout) -> dict[float, float]:
    """How long the bars of each row are, by their height on the label."""
    rows: dict[float, float] = {}
    for bar in layout.bars:
        rows[round(bar.y, 3)] = rows.get(round(bar.y, 3), 0) + bar.width
    return rows


def test_bars_are_as_long_as_their_amounts_and_the_unknown_is_hatched() -> None:
    layout = layout_of(STAGED["life cycle"], "en", Variant.STAGES)
    first, second, third, hatched, least = lengths(layout).values()
    assert second / first == pytest.approx(0.74 / 1.2)
    assert 0 < least < third < 0.1 * first
    assert 0.2 * first < hatched < 0.5 * first
    stripes = [bar for bar in layout.bars if bar.width < 0.2]
    assert len(stripes) > 10


def test_without_stages_it_is_the_standard_label() -> None:
    art = SAMPLES["class-level"]
    assert layout_of(art, "en", Variant.STAGES) == layout_of(art, "en")


def test_amounts_are_exact() -> None:
    (share,) = shares_of(stages((StageCode.USE, "0.000000001"), (StageCode.USE, "1000000.1")), "en")
    assert share.amount == words.number(Decimal("1000000.100000001"))
