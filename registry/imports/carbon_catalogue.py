"""The Carbon Catalogue's two tables as declarations of its 145 companies.

Meinrenken et al. 2022, doi 10.1038/s41597-022-01178-9: figures that companies reported to CDP for 2013 to 2017. The
authors' spreadsheet and the two CSV files that this project ships have the same columns. How a row is read:

* GTIN: ``952``, which GS1 keeps for examples, the company's number in five digits, the product's in four, the check
  digit. ``PCF-ID`` is company-product-year, so a product has one GTIN, and its years are versions of it, to be
  published in the order of the year. The ``PCF-ID`` is the row's reference.
* Name: "Product name (and functional unit)", runs of space as one. The declared unit is one piece, which is that
  functional unit.
* Description: "Product detail", unless it is the catalogue's fill-in or the name again; then what the registry
  inferred and what the authors estimated or adjusted, because none of that is the company's statement.
* Total, weight and stages: the numbers of the sheet, digit by digit.
* Reference period: the calendar year of reporting; the catalogue gives no other.
* Standards: the "Protocol used for PCF" as given, in the registry's spelling where it means a standard that the
  registry knows. "Not reported" names none. A plain "ISO" stays unspecific.
* Stages: name verbatim. Code: ``end-of-life`` or ``distribution`` where the catalogue's flags say that the emissions
  are exclusively that; else the value-chain portion, and ``use`` for a downstream stage that is named as a use.
* Boundary: what name or detail call it; else inferred. With stages: cradle-to-grave with any end of life, else
  cradle-to-consumption with any downstream stage that is more than transport, else cradle-to-gate. Without stages:
  cradle-to-grave, because the catalogue's glossary says that the functional unit is the product across its entire
  assumed life unless otherwise indicated.
* Country: none. The catalogue has the country of incorporation, which says nothing of production; it is the member's.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from registry.imports.row import Row, row_error
from schemas.codes import standard_named
from schemas.findings import Finding
from schemas.findings.periods import years_after
from schemas.gs1 import check_digit
from schemas.member import Member, MemberKind

PRODUCT_SHEET = "Product Level Data"
STAGE_SHEET = "Stage Level Data"

PCF_ID = "*PCF-ID"
YEAR = "Year of reporting"
NAME = "Product name (and functional unit)"
DETAIL = "Product detail"
COMPANY = "Company"
COUNTRY = "Country (where company is incorporated)"
WEIGHT = "Product weight (kg)"
WEIGHT_SOURCE = "*Source for product weight"
TOTAL = "Product's carbon footprint (PCF, kg CO2e)"
PROTOCOL = "Protocol used for PCF"
ADJUSTED = "*Adjustments to raw data (if any)"
PRODUCT_COLUMNS = (
    PCF_ID, YEAR, NAME, DETAIL, COMPANY, COUNTRY, WEIGHT, WEIGHT_SOURCE, TOTAL, PROTOCOL, ADJUSTED,
)  # fmt: skip

STAGE_NAME = "Description of LCA stage"
PORTION = "*Assigned value chain portion"
STAGE_GWP = "Emissions at stage (kg CO2e)"
ONLY_TRANSPORT = "*Emissions at this stage are exclusively transport"
ONLY_END_OF_LIFE = "*Emissions at this stage are exclusively EndOfLife"
STAGE_COLUMNS = (PCF_ID, STAGE_NAME, PORTION, STAGE_GWP, ONLY_TRANSPORT, ONLY_END_OF_LIFE)

VALID_YEARS = 2
STANDARDS = {
    "ISO": "ISO (not specified further)",
    "GHGP": "GHG Protocol Product Standard",
    "PAS2050": "PAS 2050",
    "EUPEF": "PEF",
}
_NOT_REPORTED = "Not reported"
_FILL_INS = ("field not included in 2013 data", "blank", "n/a", "")

_COLUMNS = {
    "$.gtin": PCF_ID,
    "$.product_name": NAME,
    "$.description": DETAIL,
    "$.mass_per_unit": WEIGHT,
    "$.gwp_total": TOTAL,
    "$.reference_start": YEAR,
    "$.reference_end": YEAR,
    "$.standards": PROTOCOL,
    "$.stages": STAGE_GWP,
    "$.owner": COMPANY,
}
_COUNTRIES = {
    "Australia": "AU", "Belgium": "BE", "Brazil": "BR", "Canada": "CA", "Chile": "CL", "China": "CN", "Colombia": "CO",
    "Finland": "FI", "France": "FR", "Germany": "DE", "Greece": "GR", "India": "IN", "Indonesia": "ID", "Ireland": "IE",
    "Italy": "IT", "Japan": "JP", "Lithuania": "LT", "Luxembourg": "LU", "Malaysia": "MY", "Netherlands": "NL",
    "South Africa": "ZA", "South Korea": "KR", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH", "Taiwan": "TW",
    "USA": "US", "United Kingdom": "GB",
}  # fmt: skip
_PCF_ID = re.compile(r"([0-9]{1,5})-([0-9]{1,4})-(20[0-9]{2})", re.ASCII)
_BOUNDARY_NAMED = re.compile(r"cradle[\s-]+to[\s-]+(?:the[\s-]+)?(gate|grave)", re.IGNORECASE)
_USE = re.compile(
    r"(?:other: ?)?(?:(?:consumer|customer|consumable|product) )?(?:use|usage|utili[sz]ation)\b"
    r"(?!.*(?:end.of.life|disposal|transport))",
    re.IGNORECASE | re.DOTALL,
)

Record = Mapping[str, str]
"""One row of a table: cells by column."""


class Pcf(Struct, frozen=True):
    """A ``PCF-ID`` taken apart."""

    company: int
    product: int
    year: int


class Numbered(Struct, frozen=True):
    """A row of a table with its number in the sheet; ``formulas`` are its columns that hold one."""

    number: int
    record: Record
    formulas: tuple[str, ...] = ()


def is_product_table(columns: Iterable[str]) -> bool:
    """Whether a header is that of the catalogue's product table."""
    return set(PRODUCT_COLUMNS) <= set(columns)


def parse_pcf_id(text: str) -> Pcf | None:
    """The parts of a ``PCF-ID``; None for anything else."""
    match = _PCF_ID.fullmatch(text)
    return None if match is None else Pcf(int(match[1]), int(match[2]), int(match[3]))


def demonstration_gtin(pcf: Pcf) -> str:
    """The 13 digits of a product's demonstration GTIN: the same for all its years, another for any other product."""
    digits = f"952{pcf.company:05}{pcf.product:04}"
    return digits + check_digit(digits)


def member_id(pcf: Pcf, company: str) -> str:
    """The member id of a company: ``cdp-10056-kellogg-company``."""
    plain = unicodedata.normalize("NFKD", company).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return f"cdp-{pcf.company}-{slug}"[:64].rstrip("-")


def companies(products: Sequence[Numbered]) -> list[Member]:
    """The companies of the product table as members, by company number."""
    found: dict[int, Member] = {}
    for row in products:
        pcf = parse_pcf_id(row.record[PCF_ID])
        if pcf is not None and pcf.company not in found:
            name = " ".join(row.record[COMPANY].split())
            found[pcf.company] = Member(
                id=member_id(pcf, name),
                name={"en": name},
                kind=MemberKind.MANUFACTURER,
                ids=(f"urn:carbonlabel:demonstration:cdp:{pcf.company}",),
                country=_COUNTRIES.get(row.record[COUNTRY]),
            )
    return [found[number] for number in sorted(found)]


def catalogue_rows(
    products: Sequence[Numbered], stages: Sequence[Numbered], day: date, verification: Mapping[str, object] | None
) -> list[Row]:
    """Every product row, valid for two years from ``day``, earlier years first, so that later ones supersede.

    ``verification`` is the statement that goes with each, if any.
    """
    by_id: dict[str, list[Numbered]] = {}
    for stage in stages:
        by_id.setdefault(stage.record[PCF_ID], []).append(stage)
    rows = [_row(product, by_id.get(product.record[PCF_ID], []), day, verification) for product in products]
    return sorted(rows, key=lambda row: (str(row.raw["reference_end"]), row.number))


def _row(product: Numbered, stages: Sequence[Numbered], day: date, verification: Mapping[str, object] | None) -> Row:
    record = product.record
    reference = record[PCF_ID]
    raw = _declared(record, [stage.record for stage in stages], day)
    owner = None
    if verification is not None:
        raw["verification"] = dict(verification)
    if (pcf := parse_pcf_id(reference)) is not None:
        raw["gtin"] = demonstration_gtin(pcf)
        owner = member_id(pcf, record[COMPANY])
    found = tuple(_formula(numbered, column) for numbered in (product, *stages) for column in numbered.formulas)
    return Row(number=product.number, reference=reference, owner=owner, raw=raw, found=found, columns=_COLUMNS)


def _declared(record: Record, stages: Sequence[Record], day: date) -> dict[str, object]:
    return {
        "product_name": {"en": " ".join(record[NAME].split())},
        "description": _description(record, stages),
        "declared_unit": "piece",
        "declared_amount": "1",
        "mass_per_unit": record[WEIGHT] or None,
        "boundary": boundary_of(record, stages)[0],
        "stages": [
            {"code": stage_code(stage), "gwp": stage[STAGE_GWP] or None, "source_name": _said(stage[STAGE_NAME])}
            for stage in stages
        ],
        "gwp_total": record[TOTAL] or None,
        "reference_start": f"{record[YEAR]}-01-01",
        "reference_end": f"{record[YEAR]}-12-31",
        "valid_from": day.isoformat(),
        "valid_until": years_after(day, VALID_YEARS).isoformat(),
        "standards": _standards(record[PROTOCOL]),
    }


def _formula(numbered: Numbered, column: str) -> Finding:
    return row_error(
        "formula",
        "$",
        f"Row {numbered.number} ({column}) holds a formula or an error value: paste its value instead.",
        f"第{numbered.number}行（{column}）含有公式或错误值：请改为粘贴其计算结果。",
    )


def stage_code(stage: Record) -> str:
    """The code of a stage, from the catalogue's flags, portion and, for a use, its name."""
    if stage[ONLY_END_OF_LIFE] == "Yes":
        return "end-of-life"
    if stage[ONLY_TRANSPORT] == "Yes":
        return "distribution"
    if stage[PORTION] == "Downstream" and _USE.match(stage[STAGE_NAME].strip()):
        return "use"
    return stage[PORTION].lower()


def boundary_of(record: Record, stages: Sequence[Record]) -> tuple[str, str, str]:
    """The boundary, and where it is from, in English and Chinese."""
    named = {match.lower() for match in _BOUNDARY_NAMED.findall(f"{record[NAME]}\n{record[DETAIL]}")}
    if len(named) == 1:
        return f"cradle-to-{named.pop()}", "is as the company names it", "为企业所述"
    if not stages:
        reason = "was inferred: no stages are given, and the catalogue's glossary takes the entire assumed life"
        return "cradle-to-grave", reason, "系推断：未提供阶段数据，而数据集词汇表规定功能单位涵盖产品整个假定寿命"
    inferred = ("was inferred from the stages", "系根据各阶段推断")
    codes = {stage_code(stage) for stage in stages}
    if "end-of-life" in codes:
        return "cradle-to-grave", *inferred
    if codes & {"use", "downstream"}:
        return "cradle-to-consumption", *inferred
    return "cradle-to-gate", *inferred


def _standards(protocol: str) -> list[str]:
    if protocol in ("", _NOT_REPORTED):
        return []
    return [STANDARDS.get(protocol) or standard_named(protocol) or protocol]


def _description(record: Record, stages: Sequence[Record]) -> dict[str, str]:
    """The company's own detail, then what is not the company's, in both languages."""
    boundary, why_en, why_zh = boundary_of(record, stages)
    en = [f"The declared unit is one piece: the functional unit in the name. The boundary {boundary} {why_en}."]
    zh = [f"声明单位为一件，即名称所述的功能单位。系统边界{boundary}{why_zh}。"]
    if record[WEIGHT_SOURCE].startswith("Estimated"):
        en.append("The weight was estimated by the authors of the Carbon Catalogue.")
        zh.append("重量由Carbon Catalogue作者估算。")
    if record[ADJUSTED] not in ("", "None"):
        en.append(f"Adjusted by its authors: {record[ADJUSTED].rstrip('.')}.")
        zh.append(f"作者调整：{record[ADJUSTED].rstrip('.')}。")
    en.append(f"As reported to CDP in {record[YEAR]} (Carbon Catalogue, {record[PCF_ID]}).")
    zh.append(f"{record[YEAR]}年报告至CDP（Carbon Catalogue，{record[PCF_ID]}）。")
    detail = _said(record[DETAIL]).strip()
    if detail and detail != record[NAME].strip():
        en.insert(0, detail if detail.endswith((".", "!", "?")) else f"{detail}.")
        zh.insert(0, detail if detail.endswith((".", "!", "?")) else f"{detail}。")
    return {"en": " ".join(en), "zh": "".join(zh)}


def _said(text: str) -> str:
    """``text``, unless it is one of the catalogue's fill-ins for nothing."""
    return "" if text.strip().lower() in _FILL_INS else text
