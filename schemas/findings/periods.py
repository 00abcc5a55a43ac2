"""How long a declaration may hold, and how old the data behind it may be."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from schemas.codes import GB_T_24067, PACT, standard_named
from schemas.declaration import Declaration
from schemas.findings.finding import Finding, error, warning
from schemas.findings.naming import name_of

OLD_YEARS = 5
"""Years between the end of the reference period and the first day of validity after which data count as old."""


class Limit(NamedTuple):
    """The last day of validity that a rule allows, and the rule."""

    day: date
    en: str
    zh: str


def period_findings(declaration: Declaration) -> Iterator[Finding]:
    """Codes ``validity`` and ``reference-old``."""
    start, until = declaration.valid_from, declaration.valid_until
    if start is None:
        return
    if until is not None and start < until:
        limit = min(_limits(declaration, start))
        if until > limit.day:
            yield _too_long(until, limit)
    end = declaration.reference_end
    if end is not None and years_after(end, OLD_YEARS) < start:
        age = _full_years(end, start)
        name = name_of("$.reference_end")
        yield warning(
            "reference-old",
            "$.reference_end",
            f"{name.en} is {end}, {age} years before the first day of validity: use newer data, or have the reviewer "
            "confirm that they still describe the product.",
            f"{name.zh}为{end}，比有效期起始日早{age}年：请使用较新的数据，或请审核人确认数据仍能代表该产品。",
        )


def years_after(day: date, years: int) -> date:
    """The same calendar day ``years`` later; 28 February for 29 February; the last day there is, past year 9999."""
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _limits(declaration: Declaration, start: date) -> Iterator[Limit]:
    """Rule 4. Five years is what an environmental product declaration may hold (EN 15804+A2, 9)."""
    yield Limit(
        years_after(start, 5),
        "5 years from valid_from (as for an EPD, EN 15804)",
        "自valid_from起5年（同环境产品声明，EN 15804）",
    )
    names = {standard_named(standard) for standard in declaration.standards}
    if GB_T_24067 in names:
        yield Limit(
            years_after(start, 2),
            f"2 years from valid_from (China's footprint certificate, {GB_T_24067})",
            f"自valid_from起2年（中国产品碳足迹证书，{GB_T_24067}）",
        )
    if PACT in names and declaration.reference_end is not None:
        yield Limit(
            years_after(declaration.reference_end, 3),
            f"3 years from reference_end ({PACT})",
            f"自reference_end起3年（{PACT}）",
        )


def _too_long(until: date, limit: Limit) -> Finding:
    name = name_of("$.valid_until")
    return error(
        "validity",
        "$.valid_until",
        f"{name.en} is {until}, but the longest allowed is {limit.en}: give {limit.day} or an earlier day.",
        f"{name.zh}为{until}，超过允许的最长期限，即{limit.zh}：请填写{limit.day}或更早的日期。",
    )


def _full_years(first: date, last: date) -> int:
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))
