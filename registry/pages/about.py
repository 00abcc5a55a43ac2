"""What the record says of the product beyond the first screen: name in full, data, method, verification, report."""

from decimal import Decimal
from urllib.parse import urlsplit

from msgspec import Struct

from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook
from schemas.declaration import Declaration, Verification
from schemas.entry import Credential

_LONG_NAME = 80


class About(Struct, frozen=True):
    """The facts, as term and value; the report's address only when it is one that a browser should open."""

    full_name: str
    description: str
    facts: tuple[tuple[str, str], ...]
    report_url: str
    report_host: str
    report_sha256: str
    onward: tuple[tuple[str, str], ...]


def about(credential: Credential, reader: Reader, t: Phrasebook) -> About:
    """What ``credential`` says, for ``reader``."""
    declaration = credential.credential_subject.declaration
    name, description = reader.text(declaration.product_name), reader.text(declaration.description)
    verification = declaration.verification
    url = safe_url(verification.report_url if verification else None)
    facts = [
        (t("owner"), reader.text(credential.credential_subject.owner.name)),
        *_data_facts(declaration, reader, t),
        *_part_facts(declaration, reader, t),
        *_check_facts(verification, reader, t),
    ]
    return About(
        full_name=name if _width(name) > _LONG_NAME else "",
        description=description if description != name else "",
        facts=tuple((term, value) for term, value in facts if value),
        report_url=url,
        report_host=(urlsplit(url).hostname or "") if url else "",
        report_sha256=verification.report_sha256 if verification else "",
        onward=_onward(credential.record, declaration, t),
    )


def _onward(record: int, declaration: Declaration, t: Phrasebook) -> tuple[tuple[str, str], ...]:
    """Where the parts are shown that the declaration names."""
    if not declaration.components:
        return ()
    trace = (t("trace_open"), f"/records/{record}/trace")
    year = "" if declaration.reference_end is None else f"?year={declaration.reference_end.year}"
    area = (t("area_open"), f"/places/{declaration.gln}/statement{year}")
    return (trace,) if declaration.gln is None else (trace, area)


def _data_facts(declaration: Declaration, reader: Reader, t: Phrasebook) -> list[tuple[str, str]]:
    period = ""
    if declaration.reference_start and declaration.reference_end:
        start, end = reader.day(declaration.reference_start), reader.day(declaration.reference_end)
        period = t("from_to", start=start, end=end)
    places = (declaration.plant, declaration.region, declaration.country)
    primary = declaration.primary_data_share
    return [
        (t("period"), period),
        (t("made_in" if declaration.gln is None else "made_in_place"), ", ".join(place for place in places if place)),
        (t("standards"), " · ".join(declaration.standards)),
        (t("gwp_basis"), declaration.gwp_basis.value if declaration.gwp_basis else ""),
        (t("primary"), "" if primary is None else f"{reader.number(primary)}%"),
    ]


def _part_facts(declaration: Declaration, reader: Reader, t: Phrasebook) -> list[tuple[str, str]]:
    parts: tuple[tuple[str, Decimal | None], ...] = (
        ("fossil", declaration.gwp_fossil),
        ("biogenic", declaration.gwp_biogenic),
        ("luluc", declaration.gwp_luluc),
        ("uptake", declaration.biogenic_uptake),
        ("removals", declaration.removals),
    )
    return [(t(key), f"{reader.number(value)} kg CO₂e") for key, value in parts if value is not None]


def _check_facts(verification: Verification | None, reader: Reader, t: Phrasebook) -> list[tuple[str, str]]:
    if verification is None:
        return []
    return [
        (t("check_standard"), verification.standard),
        (t("check_day"), reader.day(verification.date)),
        (t("check_accreditation"), verification.accreditation or ""),
    ]


def _width(text: str) -> int:
    """How much room ``text`` takes, a Chinese character counting for two."""
    return sum(2 if ord(character) >= 0x2E80 else 1 for character in text)


def safe_url(url: str | None) -> str:
    """``url`` when it is an absolute web address, else an empty text: no ``javascript:``, no relative link."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("https", "http") and parts.hostname else ""
