"""Numbers, dates and amounts as a reader of one language expects them (Unicode CLDR, through Babel).

A figure keeps every digit that was declared: 1.30 is not 1.3, and nothing is rounded.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent, format_scientific
from msgspec import Struct

from registry.pages.vocabulary import UNIT_SYMBOLS, UNIT_WORDS
from schemas.declaration import DeclaredUnit
from schemas.text import Text, in_language
from schemas.verdict import Amount, Footprint

EMISSION_UNITS = {"kgCO2e": "kg CO₂e"}
_MOST_DIGITS = 24


class Reader(Struct, frozen=True):
    """A reader of ``language`` (``en`` or ``zh``)."""

    language: str

    @property
    def locale(self) -> str:
        """The locale that numbers and dates follow."""
        return "zh_CN" if self.language == "zh" else "en"

    @property
    def tag(self) -> str:
        """The language as the ``lang`` attribute has it."""
        return "zh-CN" if self.language == "zh" else "en"

    def text(self, text: Text) -> str:
        """The wording of ``text`` in this language, else in whichever there is."""
        return in_language(text, self.language)

    def number(self, value: Decimal) -> str:
        """All digits of ``value``, grouped in threes; a number too long to read in powers of ten."""
        if not value.is_finite():
            return str(value)
        exponent = value.as_tuple().exponent
        decimals = max(0, -exponent) if isinstance(exponent, int) else 0
        if decimals + max(0, value.adjusted()) > _MOST_DIGITS:
            return _minus(format_scientific(value, "0.####E0", locale=self.locale))
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return _minus(format_decimal(value, pattern, locale=self.locale))

    def count(self, count: int) -> str:
        """A whole number, grouped."""
        return self.number(Decimal(count))

    def share(self, part: Decimal, whole: Decimal) -> str:
        """``part`` of ``whole`` in per cent, whole per cents from ten on; empty when there is no such share."""
        if not whole or not (part.is_finite() and whole.is_finite()):
            return ""
        ratio = part / whole
        if abs(ratio) >= 100:
            return ""
        if 0 < abs(ratio) <= Decimal("0.0005"):  # half to even would make it nothing
            return "< 0.1%"
        form = "#,##0%" if abs(ratio) >= Decimal("0.0995") else "0.#%"
        return _minus(format_percent(ratio, form, locale=self.locale))

    def day(self, day: date) -> str:
        """A calendar day that nobody can misread: the month as a word, or with 年月日."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        return format_datetime(noon, "y年M月d日" if self.language == "zh" else "d MMMM y", locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """A point in time, to the minute, in UTC."""
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        form = "y年M月d日 HH:mm" if self.language == "zh" else "d MMMM y, HH:mm"
        return f"{format_datetime(moment, form, locale=self.locale)} UTC"

    def unit(self, footprint: Footprint) -> str:
        """The unit of a figure."""
        return EMISSION_UNITS.get(footprint.unit, footprint.unit)

    def per(self, amount: Amount, mass_per_unit: Decimal | None = None, *, yearly: bool = False) -> str:
        """What a figure is per: ``per piece (0.75 kg)``, ``per 10 pieces (0.75 kg each)``, ``每件（0.75 千克）``.

        ``yearly``: and per year, as places declare.
        """
        single = amount.amount == 1
        words = (UNIT_WORDS if single else UNIT_SYMBOLS)[amount.unit].text(self.language)
        count = "" if single else self.number(amount.amount)
        mass = "" if mass_per_unit is None or amount.unit is DeclaredUnit.KILOGRAM else self.number(mass_per_unit)
        if self.language == "zh":
            each = "" if single else f"每{UNIT_WORDS[amount.unit].zh}"
            tail = f"（{each}{mass}千克）" if mass else ""
            return f"每{count}{words}{'每年' if yearly else ''}{tail}"
        tail = f" ({mass} kg{'' if single else ' each'})" if mass else ""
        return f"per {count + ' ' if count else ''}{words}{' and year' if yearly else ''}{tail}"

    def of(self, amount: Amount) -> str:
        """How much of something: ``0.5 kg``, ``1 kg``, ``1 piece``, ``3 件``."""
        one, several = (words[amount.unit].text(self.language) for words in (UNIT_WORDS, UNIT_SYMBOLS))
        words = one if amount.amount == 1 and several == f"{one}s" else several
        return f"{self.number(amount.amount)} {words}"

    def change(self, new: Decimal, old: Decimal) -> str:
        """How a figure changed, in words: ``7.1 % lower``; empty when per cents of ``old`` mean nothing."""
        if not (new.is_finite() and old.is_finite()) or old <= 0:
            return ""
        if new == old:
            return "数值不变" if self.language == "zh" else "unchanged"
        ratio = (new - old) / old
        if abs(ratio) >= 100:
            return ""
        size = format_percent(
            abs(ratio), "#,##0.#%" if abs(ratio) >= Decimal("0.001") else "0.###%", locale=self.locale
        )
        if self.language == "zh":
            return f"{'降低' if ratio < 0 else '升高'} {size}"
        return f"{size} {'lower' if ratio < 0 else 'higher'}"


def _minus(number: str) -> str:
    """``number`` with a minus sign in place of a leading hyphen."""
    return f"\u2212{number[1:]}" if number.startswith("-") else number


def grouped(key: str) -> str:
    """A GTIN or GLN in readable groups: ``0 9521234 56789 2`` - as printed under a barcode, the leading digit apart."""
    if len(key) == 14:
        return f"{key[0]} {key[1:8]} {key[8:13]} {key[13]}" if key[0] != "0" else _thirteen(key[1:])
    return _thirteen(key) if len(key) == 13 else key


def _thirteen(key: str) -> str:
    return f"{key[0]} {key[1:7]} {key[7:]}"
