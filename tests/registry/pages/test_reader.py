"""Numbers, dates and amounts as readers of either language expect them, with every digit that was declared."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.pages.reader import Reader, grouped
from schemas.declaration import DeclaredUnit
from schemas.verdict import Amount

EN, ZH = Reader("en"), Reader("zh")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1.96", "1.96"),
        ("1.30", "1.30"),
        ("0.0004", "0.0004"),
        ("3718044.0", "3,718,044.0"),
        ("-0.06", "−0.06"),
        ("1E+3", "1,000"),
        ("0", "0"),
        ("1E+40", "1E40"),
        ("NaN", "NaN"),
    ],
)
def test_a_figure_keeps_its_digits(value: str, shown: str) -> None:
    assert EN.number(Decimal(value)) == ZH.number(Decimal(value)) == shown


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_a_number_shown_is_the_number_declared(value: Decimal) -> None:
    assert Decimal(EN.number(value).replace(",", "").replace("−", "-")) == value


@given(st.decimals())
def test_any_number_can_be_shown(value: Decimal) -> None:
    assert len(EN.number(value)) < 60


@pytest.mark.parametrize(
    ("amount", "unit", "mass", "en", "zh"),
    [
        ("1", "piece", "0.75", "per piece (0.75 kg)", "每件（0.75千克）"),
        ("10", "piece", "0.75", "per 10 pieces (0.75 kg each)", "每10件（每件0.75千克）"),
        ("1", "kilogram", "1", "per kilogram", "每千克"),
        ("1000", "kilogram", None, "per 1,000 kg", "每1,000千克"),
        ("0.5", "liter", None, "per 0.5 liters", "每0.5升"),
        ("1", "square meter", None, "per square meter", "每平方米"),
        ("1", "megabit second", None, "per megabit per second", "每兆比特每秒"),
    ],
)
def test_a_figure_says_what_it_is_per(amount: str, unit: str, mass: str | None, en: str, zh: str) -> None:
    per = Amount(Decimal(amount), DeclaredUnit(unit))
    weight = None if mass is None else Decimal(mass)
    assert EN.per(per, weight) == en
    assert ZH.per(per, weight) == zh


def test_a_place_declares_per_year() -> None:
    whole, meter = (Amount(Decimal(amount), DeclaredUnit.SQUARE_METER) for amount in ("52000", "1"))
    assert (EN.per(meter, yearly=True), ZH.per(meter, yearly=True)) == ("per square meter and year", "每平方米每年")
    assert (EN.per(whole, yearly=True), ZH.per(whole, yearly=True)) == ("per 52,000 m² and year", "每52,000平方米每年")


def test_dates_cannot_be_misread() -> None:
    assert EN.day(date(2026, 5, 1)) == "1 May 2026"
    assert ZH.day(date(2026, 5, 1)) == "2026年5月1日"
    east = timezone(timedelta(hours=8))
    assert EN.moment(datetime(2026, 5, 1, 2, 30, tzinfo=east)) == "30 April 2026, 18:30 UTC"
    assert ZH.moment(datetime(2026, 5, 1, 2, 30, tzinfo=UTC)) == "2026年5月1日 02:30 UTC"


@pytest.mark.parametrize(
    ("new", "old", "en", "zh"),
    [
        ("1.82", "1.96", "7.1% lower", "降低 7.1%"),
        ("2", "1", "100% higher", "升高 100%"),
        ("1.0001", "1", "0.01% higher", "升高 0.01%"),
        ("1.0", "1", "unchanged", "数值不变"),
        ("1", "0", "", ""),
        ("1", "-1", "", ""),
        ("1000", "1", "", ""),
    ],
)
def test_a_change_is_told_in_words(new: str, old: str, en: str, zh: str) -> None:
    assert EN.change(Decimal(new), Decimal(old)) == en
    assert ZH.change(Decimal(new), Decimal(old)) == zh


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        ("1", "2", "50%"),
        ("0.06", "2", "3%"),
        ("-0.062", "2", "−3.1%"),
        ("0.0001", "2", "< 0.1%"),
        ("0", "2", "0%"),
        ("1", "0", ""),
    ],
)
def test_a_share_is_rounded_but_a_little_is_not_nothing(part: str, whole: str, shown: str) -> None:
    assert EN.share(Decimal(part), Decimal(whole)) == shown


def test_a_gtin_is_grouped_as_under_a_barcode() -> None:
    assert grouped("09521234567892") == "9 521234 567892"
    assert grouped("19521234567899") == "1 9521234 56789 9"
    assert grouped("9521234567899") == "9 521234 567899"


def test_one_of_a_unit_is_said_as_several_are() -> None:
    units = (DeclaredUnit.KILOGRAM, DeclaredUnit.PIECE, DeclaredUnit.LITER)
    said = [EN.of(Amount(Decimal(amount), unit)) for unit in units for amount in ("1", "0.5")]
    assert said == ["1 kg", "0.5 kg", "1 piece", "0.5 pieces", "1 liter", "0.5 liters"]
    assert ZH.of(Amount(Decimal(1), DeclaredUnit.PIECE)) == "1 件"
