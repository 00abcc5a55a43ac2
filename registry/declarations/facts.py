"""What a declaration says, as terms and values for people to read; what it does not say is left out."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from registry.pages.desk_words import WORDS
from registry.pages.figures import covered
from registry.pages.reader import EMISSION_UNITS, Reader, grouped
from registry.pages.vocabulary import LEVELS, STAGES
from schemas.declaration import Declaration, Verification
from schemas.findings.naming import label_of
from schemas.verdict import Amount

Fact = tuple[str, str]
_KG = EMISSION_UNITS["kgCO2e"]
_FIGURES = ("gwp_fossil", "gwp_biogenic", "gwp_luluc", "biogenic_uptake", "removals")
_SHARES = ("primary_data_share", "exempted_share")
_PLAIN = ("country", "region", "plant", "pcr", "gwp_basis")
_LISTS = ("product_ids", "classifications", "target_markets", "standards")


def facts_of(declaration: Declaration, body: str, language: str) -> tuple[Fact, ...]:
    """The terms and values of ``declaration``, in the order in which one reads it; ``body`` is who verified it."""
    reader = Reader(language)
    found = [
        *_product(declaration),
        *_emissions(declaration, reader),
        *_scope(declaration, reader),
        *_parts(declaration, reader),
        *(_verification(declaration.verification, body, reader) if declaration.verification else ()),
    ]
    return tuple((label_of(term, language) if term.startswith("$.") else term, value) for term, value in found if value)


def _product(declared: Declaration) -> Iterator[Fact]:
    yield "$.product_name", " / ".join(declared.product_name.values())
    yield "$.description", "\n".join(declared.description.values())
    yield "$.gtin", grouped(declared.gtin or "")
    yield "$.gln", grouped(declared.gln or "")
    for name in _LISTS[:2]:
        yield f"$.{name}", ", ".join(getattr(declared, name))


def _emissions(declared: Declaration, reader: Reader) -> Iterator[Fact]:
    per = ""
    if declared.declared_unit is not None and declared.declared_amount is not None:
        amount = Amount(declared.declared_amount, declared.declared_unit)
        per = f" {reader.per(amount, declared.mass_per_unit)}"
    total = declared.gwp_total
    yield "$.gwp_total", "" if total is None else f"{reader.number(total)} {_KG}{per}"
    for name in _FIGURES:
        value: Decimal | None = getattr(declared, name)
        yield f"$.{name}", "" if value is None else f"{reader.number(value)} {_KG}"
    for stage in declared.stages:
        words = STAGES[stage.code].text(reader.language)
        source = f" ({stage.source_name})" if stage.source_name else ""
        unknown = WORDS["not_known"].text(reader.language)
        yield f"{words}{source}", unknown if stage.gwp is None else f"{reader.number(stage.gwp)} {_KG}"
    yield "$.stage_sum_reason", "\n".join(declared.stage_sum_reason.values())
    covers = None if declared.boundary is None else covered(declared.boundary, yearly=declared.gln is not None)[0]
    yield "$.boundary", "" if covers is None else covers.text(reader.language)
    yield (
        "$.offsets",
        "\n".join(f"{reader.number(one.amount)} t, {one.registry} {one.serial}" for one in declared.offsets),
    )


def _scope(declared: Declaration, reader: Reader) -> Iterator[Fact]:
    periods = (
        ("reference_period", declared.reference_start, declared.reference_end),
        ("validity_period", declared.valid_from, declared.valid_until),
    )
    for word, first, last in periods:
        yield WORDS[word].text(reader.language), _period(first, last, reader)
    for name in _PLAIN:
        yield f"$.{name}", getattr(declared, name) or ""
    for name in _LISTS[2:]:
        yield f"$.{name}", ", ".join(getattr(declared, name))
    for name in _SHARES:
        value: Decimal | None = getattr(declared, name)
        yield f"$.{name}", "" if value is None else f"{reader.number(value)} %"
    yield "$.claims", "\n".join(declared.claims.values())


def _period(first: date | None, last: date | None, reader: Reader) -> str:
    if first is None and last is None:
        return ""
    days = ["?" if day is None else reader.day(day) for day in (first, last)]
    return WORDS["period"].text(reader.language).format(first=days[0], last=days[1])


def _parts(declared: Declaration, reader: Reader) -> Iterator[Fact]:
    parts = ((part, part.urn or f"/v1/records/{part.record}") for part in declared.components)
    yield "$.components", "\n".join(f"{reader.of(Amount(part.amount, part.unit))}: {what}" for part, what in parts)
    yield "$.evidence", "\n".join(f"{one.file_name} ({one.sha256})" for one in declared.evidence)


def _verification(stated: Verification, body: str, reader: Reader) -> Iterator[Fact]:
    yield "$.verification.body", body
    yield "$.verification.standard", stated.standard
    yield "$.verification.level", LEVELS[stated.level][0].text(reader.language)
    yield "$.verification.date", reader.day(stated.date)
    yield "$.verification.accreditation", stated.accreditation or ""
    yield "$.verification.report_sha256", stated.report_sha256
    yield "$.verification.report_url", stated.report_url or ""
