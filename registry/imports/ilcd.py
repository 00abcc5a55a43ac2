"""ILCD+EPD data sets (ILCD 1.1 with the EPD extensions 1.1 to 1.3, as soda4LCA and ÖKOBAUDAT use) as rows.

The unit of what is declared stands in the flow data set, so a process alone says an amount and no unit: the archive
with both does, and the JSON of a node. Where a module has several scenarios, the one marked as default counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from registry.imports.epd_data_set import Amount, EpdDataSet, Result, Words
from registry.imports.gwp_basis import BASES
from registry.imports.json_document import Place
from registry.imports.modules import MODULES, take_modules
from registry.imports.row import Maker, Row
from registry.imports.taking import Taking, in_a_line, versioned
from registry.imports.urns import GTIN_URN, gtin_urns, issued_urn, other_urns, uuid_urn
from schemas.codes import COUNTRIES, standard_named
from schemas.findings.naming import shown
from schemas.findings.periods import years_after

INDICATORS = {
    "EF 3.1": {
        "a7ea142a-9749-11ed-a8fc-0242ac120002": "gwp_total",
        "a7ea19c0-9749-11ed-a8fc-0242ac120002": "gwp_fossil",
        "a7ea186c-9749-11ed-a8fc-0242ac120002": "gwp_biogenic",
        "a7ea1ae2-9749-11ed-a8fc-0242ac120002": "gwp_luluc",
    },
    "EF 3.0": {
        "6a37f984-a4b3-458a-a20a-64418c145fa2": "gwp_total",
        "5f635281-343e-44fb-83df-1971b155e6b6": "gwp_fossil",
        "2356e1ab-0185-4db5-86e5-16de51c7485c": "gwp_biogenic",
        "4331bbdb-978a-490d-8707-eeb047f01a55": "gwp_luluc",
    },
}
"""The data sets of GWP by EN 15804+A2 (InData, identifiers of ILCD+EPD): of a data set with both, EF 3.1 counts."""

MASS = "93a60a56-a3c8-11da-a746-0800200b9a66"
UNITS = {
    MASS: "kilogram",
    "93a60a56-a3c8-19da-a746-0800200c9a66": "square meter",
    "93a60a56-a3c8-22da-a746-0800200c9a66": "cubic meter",
    "01846770-4cfe-4a25-8ad9-919d8d378345": "piece",
    "93a60a56-a3c8-11da-a746-0800200c9a66": "megajoule",
}
"""Units by the flow property whose unit they are: mass, area, volume, number of items, net calorific value."""

NOBODYS = ("generic dataset", "representative dataset", "template dataset")
"""Subtypes that are of no manufacturer's product (ÖKOBAUDAT, handbook, types of data sets)."""

_CATEGORIES = {"OEKOBAU.DAT": "oekobaudat.de"}
"""Whose classes have ids that everybody can look up, and their owner's domain."""

_MOST_MILLISECONDS = 10**13
"""Since 1970: in the year 2286."""

_GTIN_KINDS = ("GTIN", "EAN")
_SCENARIO_FIX = (
    'has several scenarios, and none is the default: mark one with epd:default="true" in epd:scenarios',
    '有多个情景而未指明默认情景：请在epd:scenarios中以epd:default="true"标明一个',
)


def ilcd_rows(data_sets: Iterable[EpdDataSet]) -> list[Row]:
    """The data sets in their order, from 1."""
    return [_row(number, one) for number, one in enumerate(data_sets, 1)]


def _row(number: int, epd: EpdDataSet) -> Row:
    taking = Taking()
    _product(taking, epd)
    _amounts(taking, epd)
    _figures(taking, epd)
    _days(taking, epd)
    code = epd.location.value if isinstance(epd.location.value, str) else ""
    taking.put("country" if code.partition("-")[0] in COUNTRIES else "region", code, epd.location.path)
    names = [_standard(words) for words in _listed(epd.systems)]
    taking.put("standards", list(dict.fromkeys(name for name in names if name)), epd.systems.path)
    _references(taking, epd)
    return taking.row(number, versioned(epd.uuid, epd.version))


def _product(taking: Taking, epd: EpdDataSet) -> None:
    taking.put("product_name", epd.name.value, epd.name.path)
    taking.put("description", epd.comment.value, epd.comment.path)
    texts = [part for text in _listed(epd.synonyms) if isinstance(text, str) for part in text.split(";")]
    given = [(kind.upper(), key.strip()) for kind, key in epd.product_ids]
    gtins = [f"{GTIN_URN}{key}" for kind, key in given if kind in _GTIN_KINDS]
    fix_en = "write urn:gtin: and the GTIN of the product there"
    at = epd.product_ids_at if gtins else epd.synonyms.path
    taking.gtin(gtins + gtin_urns(texts + [key for _, key in given]), at, fix_en, "请在此填写urn:gtin:及产品的GTIN")
    taking.put("product_ids", other_urns(texts + [key for _, key in given]), at)
    if epd.subtype.value in NOBODYS:
        taking.problem(
            "ilcd-subtype",
            "product_name",
            epd.subtype.path,
            f"is {shown(epd.subtype.value)!r}: only a specific or an average dataset is of one manufacturer's product",
            f"为“{shown(epd.subtype.value)}”：只有specific dataset或average dataset是某一制造商产品的数据集",
        )


def _references(taking: Taking, epd: EpdDataSet) -> None:
    """Whose it is, by which rules, of which class, and under which number it can be looked up."""
    owners = [words for words in _listed(epd.owners) if isinstance(words, dict)]
    names = dict.fromkeys(name for words in owners for name in words.values())
    taking.maker = Maker(epd.owners.path, tuple(names))
    sites = _listed(epd.sites)
    taking.put("plant", sites[0] if len(sites) == 1 else None, epd.sites.path)
    rules = [urn for urn in map(uuid_urn, _listed(epd.rules)) if urn]
    taking.put("pcr", rules[0] if len(rules) == 1 else None, epd.rules.path)
    classes = [issued_urn(_CATEGORIES.get(name), "category-id", key) for name, key in epd.categories.items()]
    taking.put("classifications", [urn for urn in classes if urn], epd.categories_at)
    _source(taking, epd)


def _source(taking: Taking, epd: EpdDataSet) -> None:
    reference = versioned(epd.uuid, epd.version)
    if reference is None:
        return
    number, authority = epd.registration.value, _any_language(epd.authority.value)
    en, zh = f"ILCD+EPD {in_a_line(reference)}", f"ILCD+EPD {in_a_line(reference)}"
    if isinstance(number, str) and number.strip():
        by = f" ({in_a_line(authority)})" if authority else ""
        en += f"; registration number {in_a_line(number)}{by}"
        zh += f"；登记号{in_a_line(number)}{by}"
    taking.source(f"Source: {en}.", f"来源：{zh}。")


def _amounts(taking: Taking, epd: EpdDataSet) -> None:
    """The reference flow: how much, and of what unit it is; how heavy one of these is, where it says so."""
    units = taking.number("declared_amount", epd.amount.value, epd.amount.path)
    if epd.flow is None:
        en = "leads to a flow that is not in the file, and only the flow says the unit: send the zip with both"
        zh = "指向的流数据集不在文件中，而单位仅见于该数据集：请上传含两者的zip"
        taking.problem("ilcd-flow", "declared_unit", epd.flow_at, en, zh)
        return
    per = taking.number("declared_amount", epd.flow.mean.value, epd.flow.mean.path)
    taking.raw.pop("declared_amount", None)
    unit = UNITS.get(epd.flow.flow_property)
    if unit is None or per != Decimal(1):
        taking.problem(
            "unit-unknown",
            "declared_unit",
            epd.flow_at,
            f"is not 1 of one of {', '.join(UNITS.values())}: declare the product by the template",
            f"不是{'、'.join(UNITS.values())}之一的1个单位：请用模板申报该产品",
        )
    taking.put("declared_unit", unit, epd.flow_at)
    taking.put("declared_amount", None if units is None else f"{units:f}", epd.amount.path)
    taking.number("mass_per_unit", epd.flow.mass.value, epd.flow.mass.path)


def _figures(taking: Taking, epd: EpdDataSet) -> None:
    """The figures by one of the two methods, never a total by one and its parts by the other."""
    given = {result.method: result for result in reversed(epd.results)}
    totals = {name: next(iter(fields)) for name, fields in INDICATORS.items()}
    method = next((name for name, uuid in totals.items() if uuid in given), None)
    fields = INDICATORS.get(method or "", {})
    figures: dict[str, Mapping[str, Decimal]] = {}
    places: dict[str, str] = {}
    for uuid, field in fields.items():
        if uuid in given:
            places[field] = given[uuid].at
            figures[field] = _modules(taking, field, given[uuid], epd.default_scenarios)
    if method is not None:
        taking.put("gwp_basis", BASES.get(method), places["gwp_total"])
    if not any(one.path.startswith("$.gwp_") for one in taking.found):
        take_modules(taking, figures, places, epd.results_at)


def _modules(taking: Taking, field: str, result: Result, defaults: frozenset[str]) -> dict[str, Decimal]:
    """The amount of each module: of its only scenario, or of its default."""
    by_module: dict[str, list[Amount]] = {}
    for amount in result.amounts:
        by_module.setdefault(amount.module, []).append(amount)
    found = {}
    for code in MODULES:
        given = by_module.get(code, [])
        chosen = given if len(given) == 1 else [one for one in given if one.scenario in defaults]
        if len(chosen) != 1:
            if given:
                taking.problem("ilcd-scenario", field, given[0].place.path, *_SCENARIO_FIX)
                break
            continue
        number = taking.number(field, chosen[0].place.value, chosen[0].place.path)
        taking.raw.pop(field, None)
        if number is not None:
            found[code] = number
    return found


def _days(taking: Taking, epd: EpdDataSet) -> None:
    """The reference year whole; from publication to the day, or the last day of the year, that it is valid until."""
    year = taking.number("reference_start", epd.year.value, epd.year.path)
    taking.raw.pop("reference_start", None)
    if year is not None and year in range(1900, 2200):
        taking.put("reference_start", f"{year:f}-01-01", epd.year.path)
        taking.put("reference_end", f"{year:f}-12-31", epd.year.path)
    first = _day(taking, "valid_from", epd.published)
    taking.put("valid_from", None if first is None else first.isoformat(), epd.published.path)
    if epd.expires.value is not None:
        expires = _day(taking, "valid_until", epd.expires)
        taking.put("valid_until", None if expires is None else expires.isoformat(), epd.expires.path)
        return
    until = str(epd.valid_until.value) if isinstance(epd.valid_until.value, int) else epd.valid_until.value
    if not (isinstance(until, str) and len(until) == 4 and until.isascii() and until.isdigit()):
        taking.day("valid_until", until, epd.valid_until.path)
        return
    last = date(max(int(until), 1), 12, 31)
    if first is not None and last.year == first.year + 5:
        last = years_after(first, 5)  # a year alone: no longer than a declaration may hold
    taking.put("valid_until", last.isoformat(), epd.valid_until.path)


def _day(taking: Taking, field: str, place: Place) -> date | None:
    """A day. As a number it is the milliseconds since 1970 of its midnight by the clock of the node, wherever that is:
    the nearest midnight in UTC."""
    if isinstance(place.value, int) and not isinstance(place.value, bool) and abs(place.value) < _MOST_MILLISECONDS:
        return (datetime.fromtimestamp(place.value / 1000, UTC) + timedelta(hours=12)).date()
    read = taking.instant(field, place.value, place.path)
    return None if read is None else read.date()


def _listed(place: Place) -> Sequence[object]:
    return place.value if isinstance(place.value, list | tuple) else ()


def _standard(words: object) -> str | None:
    """The registry's name of a compliance system; any other as it stands."""
    said = _any_language(words)
    return standard_named(said) or standard_named(said.removeprefix("DIN ")) or said or None


def _any_language(words: object) -> str:
    held: Words = words if isinstance(words, dict) else {}
    return held.get("en") or next(iter(held.values()), "")
