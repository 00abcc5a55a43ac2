"""A declaration as it is taken out of a file in somebody else's form: its fields, where each is from, what is wrong.

``raw`` is what ``schemas.reading`` reads. ``columns`` names the place in the foreign file for the path of a field, so
that every later finding says where to look. No figure is rounded or guessed: what the file does not say stays away.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, DecimalException

from registry.imports.json_document import Place
from registry.imports.row import Maker, Row, row_error
from registry.imports.urns import GTIN_URN
from schemas.findings import Finding
from schemas.findings.finding import warning
from schemas.findings.naming import shown
from schemas.findings.numbers import EXACT

_MOST_REFERENCE = 200
_MOST_DIGITS = 40
_EXPONENTS = range(-30, 31)
UNDETERMINED = "und"
"""The language tag of a text whose file does not say its language (BCP 47, ISO 639-2)."""


class Taking:
    """One declaration on its way."""

    def __init__(self) -> None:
        self.raw: dict[str, object] = {}
        self.columns: dict[str, str] = {}
        self.found: list[Finding] = []
        self.warned: list[Finding] = []
        self.maker: Maker | None = None

    def put(self, field: str, value: object, at: str) -> None:
        """Sets a field, if there is a value, and notes the place that it is from, or would be."""
        self.columns[f"$.{field}"] = at
        if value is not None and value not in ("", (), [], {}):
            self.raw[field] = value

    def problem(self, code: str, field: str, at: str, en: str, zh: str) -> None:
        """That the place ``at``, where ``field`` is from, is wrong: a sentence without its subject and full stop."""
        self.columns[f"$.{field}"] = at
        self.found.append(row_error(code, f"$.{field}", f"{shown_place(at)} {en}.", f"{shown_place(at)}{zh}。"))

    def caution(self, code: str, field: str, at: str, en: str, zh: str) -> None:
        """That the sender should know something of the place ``at``: as ``problem``, but the row is taken."""
        self.columns[f"$.{field}"] = at
        self.warned.append(warning(code, f"$.{field}", f"{shown_place(at)} {en}.", f"{shown_place(at)}{zh}。"))

    def number(self, field: str, value: object, at: str) -> Decimal | None:
        """Sets a figure, every digit as it stands, and returns it."""
        self.columns[f"$.{field}"] = at
        if value is None or value == "":
            return None
        number = _as_number(value)
        if number is None:
            self.problem(
                "foreign-number",
                field,
                at,
                f"is {shown(value)}: write a number such as 1.25",
                f"为“{shown(value)}”：请填写数字，例如1.25",
            )
            return None
        self.raw[field] = written(number)
        return number

    def text(self, field: str, value: object, at: str) -> str | None:
        """A text, or None where there is none. Sets nothing."""
        if value is None or isinstance(value, str):
            return (value or "").strip() or None
        self.problem("foreign-text", field, at, f"is {shown(value)}: write a text", f"为{shown(value)}：请填写文本")
        return None

    def instant(self, field: str, value: object, at: str) -> datetime | None:
        """A day or point in time (ISO 8601), in UTC; without a zone it counts as UTC. Sets nothing."""
        said = self.text(field, value, at)
        if said is None:
            return None
        try:
            read = datetime.fromisoformat(said[:40])
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.problem(
                "foreign-date",
                field,
                at,
                f"is {shown(said)!r}: write a day such as 2026-01-31",
                f"为“{shown(said)}”：请填写日期，例如2026-01-31",
            )
            return None

    def day(self, field: str, value: object, at: str) -> None:
        """Sets the day that a point in time is in."""
        read = self.instant(field, value, at)
        self.put(field, None if read is None else read.date().isoformat(), at)

    def per_unit(self, mass: object, amount: Decimal | None, at: str) -> None:
        """Sets the mass of one unit from that of all: only if the division is exact to nine decimals."""
        whole = None if amount is None else self.number("mass_per_unit", mass, at)
        self.raw.pop("mass_per_unit", None)
        if whole is None or amount is None or amount <= 0:
            return
        one = EXACT.divide(whole, amount)
        if EXACT.multiply(one, amount) == whole and len(written(one).partition(".")[2]) <= 9:
            self.put("mass_per_unit", written(one), at)

    def gtin(self, candidates: list[str], at: str, fix_en: str, fix_zh: str) -> None:
        """Sets the GTIN: there has to be just one."""
        several = {each.zfill(14): each for each in (each.removeprefix(GTIN_URN) for each in candidates)}
        if len(several) == 1:
            self.put("gtin", next(iter(several.values())), at)
        elif several:
            self.problem(
                "gtin-several",
                "gtin",
                at,
                f"has {len(several)} GTINs, and a declaration is for one: keep the one that this footprint is of",
                f"含有{len(several)}个GTIN，而一份声明只对应一个：请只保留该碳足迹所属的GTIN",
            )
        else:
            self.problem("gtin-none", "gtin", at, f"has no GTIN: {fix_en}", f"没有GTIN：{fix_zh}")

    def source(self, en: str, zh: str) -> None:
        """Says at the end of the description, in each of its languages, what document the declaration is taken from.

        A declaration has no field for it, and a reader should find it. Only in Chinese is the sentence not English.
        """
        held = self.raw.get("description")
        texts = held if isinstance(held, dict) and held else {"en": "", "zh": ""}
        self.raw["description"] = {
            language: f"{words}\n\n{said}" if words else said
            for language, words in texts.items()
            for said in (zh if language.split("-")[0] == "zh" else en,)
        }

    def row(self, number: int, reference: str | None) -> Row:
        """The row. Its findings are errors of form, and what they are about is left out."""
        if self.maker is not None:
            self.columns["$.owner"] = self.maker.at
        return Row(
            number=number,
            reference=None if reference is None else reference[:_MOST_REFERENCE],
            raw=self.raw,
            found=tuple(self.found),
            warned=tuple(self.warned),
            columns=self.columns,
            maker=self.maker,
        )


def last_day(end: datetime) -> date:
    """The last day of a period that ends just before ``end``."""
    try:
        return (end - timedelta(microseconds=1)).date()
    except OverflowError:
        return end.date()


def written(number: Decimal) -> str:
    """The number without an exponent, its digits as they were."""
    return f"{number:f}"


def versioned(key: Place, version: Place | None) -> str | None:
    """What identifies a document: its id, and with it the version, which its issuer counts up as it changes."""
    if not (isinstance(key.value, str) and key.value.strip()):
        return None
    of = "" if version is None else version.value
    is_said = isinstance(of, str | int) and not isinstance(of, bool) and of != ""
    return f"{key.value.strip()} version {of}" if is_said else key.value.strip()


def in_a_line(text: str) -> str:
    """A foreign text as a part of a sentence."""
    return " ".join(text.split())[:200]


def shown_place(at: str) -> str:
    """A place in a file, short enough for a sentence."""
    return at if len(at) <= 120 else f"{at[:60]}...{at[-57:]}"


def _as_number(value: object) -> Decimal | None:
    """A number as JSON or XML has it; None for anything else, and for one that is beyond any footprint."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    if isinstance(value, str) and not (len(value) <= 2 * _MOST_DIGITS and value.isascii() and "_" not in value):
        return None
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except (DecimalException, ValueError):
        return None
    if not number.is_finite() or number.adjusted() not in _EXPONENTS or len(number.as_tuple().digits) > _MOST_DIGITS:
        return None
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and exponent in _EXPONENTS else None
