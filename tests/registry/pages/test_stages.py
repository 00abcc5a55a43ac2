"""Stages: bars to scale, left of zero when negative, hatched when unknown; the same numbers in the table."""

import re
from decimal import Decimal

import msgspec
import pytest

from registry.pages import scan_page
from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook
from registry.pages.stages import StageTable, stage_table
from schemas.declaration import Stage, StageCode
from schemas.verdict import VerdictCode
from tests.registry.pages.samples import NONCE, declaration, footprint, scan


def table(*stages: tuple[StageCode, str | None], total: str = "1.96") -> StageTable:
    made = tuple(Stage(code=code, gwp=None if gwp is None else Decimal(gwp)) for code, gwp in stages)
    content = declaration(stages=made)
    shown = stage_table(content, footprint(Decimal(total)), Reader("en"), Phrasebook("en"))
    assert shown is not None
    return shown


def test_bars_share_one_scale() -> None:
    shown = table((StageCode.PRODUCTION, "2"), (StageCode.USE, "1"))
    assert [(row.start, row.width) for row in shown.rows] == [("0.00", "100.00"), ("0.00", "50.00")]
    assert shown.zero == ""


def test_a_negative_bar_lies_left_of_zero() -> None:
    shown = table((StageCode.PRODUCTION, "3"), (StageCode.END_OF_LIFE, "-1"))
    assert shown.zero == "25.00"
    assert (shown.rows[0].start, shown.rows[0].width) == ("25.00", "75.00")
    assert (shown.rows[1].start, shown.rows[1].width, shown.rows[1].value) == ("0.00", "25.00", "−1")


def test_unknown_is_said_and_hatched_and_never_zero() -> None:
    shown = table((StageCode.PRODUCTION, "1"), (StageCode.USE, None))
    assert (shown.rows[1].value, shown.rows[1].unknown, shown.rows[1].share) == ("unknown", True, "")
    html = scan_page(scan(VerdictCode.VALID), "en", NONCE)
    assert html.count('fill="url(#hatch)"') == 1
    assert "Unknown does not mean zero." in html


def test_zero_is_zero() -> None:
    shown = table((StageCode.PRODUCTION, "0"), total="0")
    assert (shown.rows[0].value, shown.rows[0].width, shown.rows[0].unknown) == ("0", "0", False)


def test_what_lies_beyond_the_life_cycle_has_no_share_of_the_total() -> None:
    shown = table((StageCode.A1_A3, "1.96"), (StageCode.D, "-0.4"))
    assert [row.share for row in shown.rows] == ["100%", ""]
    assert any("(D) is not part of the total" in note for note in shown.notes)
    assert not any("add up" in note for note in shown.notes)


@pytest.mark.parametrize(("second", "noted"), [("0.96", False), ("0.95", False), ("0.5", True)])
def test_a_sum_that_misses_the_total_by_more_than_rounding_is_said(second: str, noted: bool) -> None:
    shown = table((StageCode.PRODUCTION, "1"), (StageCode.USE, second))
    assert any("add up to" in note for note in shown.notes) is noted


def test_every_number_of_the_bars_is_in_the_table() -> None:
    html = scan_page(scan(VerdictCode.VALID), "en", NONCE)
    rows = re.search(r"<tbody>.*</tbody>", html, re.DOTALL)
    assert rows is not None
    for value in ("1.15", "0.42", "0.45", "−0.06", "unknown"):
        assert f'<td class="end">{value}</td>' in rows[0]


def test_a_reason_for_the_difference_is_shown() -> None:
    content = msgspec.structs.replace(declaration(), stage_sum_reason={"en": "Stages are rounded up."})
    shown = stage_table(content, footprint(), Reader("en"), Phrasebook("en"))
    assert shown is not None
    assert "The company's reason: Stages are rounded up." in shown.notes
