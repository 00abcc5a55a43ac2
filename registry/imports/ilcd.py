"""ILCD+EPD data sets (ILCD 1.1 with the EPD extensions of 2013 and 2019, as soda4LCA and ÖKOBAUDAT use) as rows.

The unit of what is declared stands in the flow data set, so a process alone says an amount and no unit: the archive
with both does. Where a module has several scenarios, the one marked as default counts.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from msgspec import Struct

from registry.imports.modules import MODULES, take_modules
from registry.imports.row import Row
from registry.imports.taking import UNDETERMINED, Taking, gtin_urns
from schemas.codes import COUNTRIES, standard_named
from schemas.findings.periods import years_after

PROCESS = "{http://lca.jrc.it/ILCD/Process}"
FLOW = "{http://lca.jrc.it/ILCD/Flow}"
COMMON = "{http://lca.jrc.it/ILCD/Common}"
EPD = "{http://www.iai.kit.edu/EPD/2013}"
EPD_2019 = "{http://www.indata.network/EPD/2019}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_UUID = f"{COMMON}UUID"
_NAMESPACE = re.compile(r"\{[^}]*\}")

INDICATORS = {
    "gwp_total": ("6a37f984-a4b3-458a-a20a-64418c145fa2", "a7ea142a-9749-11ed-a8fc-0242ac120002"),
    "gwp_fossil": ("5f635281-343e-44fb-83df-1971b155e6b6", "a7ea19c0-9749-11ed-a8fc-0242ac120002"),
    "gwp_biogenic": ("2356e1ab-0185-4db5-86e5-16de51c7485c", "a7ea186c-9749-11ed-a8fc-0242ac120002"),
    "gwp_luluc": ("4331bbdb-978a-490d-8707-eeb047f01a55", "a7ea1ae2-9749-11ed-a8fc-0242ac120002"),
}
"""The data sets of GWP by EN 15804+A2: those of EF 3.0, then those of EF 3.1."""

MASS = "93a60a56-a3c8-11da-a746-0800200b9a66"
UNITS = {
    MASS: "kilogram",
    "93a60a56-a3c8-19da-a746-0800200c9a66": "square meter",
    "93a60a56-a3c8-22da-a746-0800200c9a66": "cubic meter",
    "01846770-4cfe-4a25-8ad9-919d8d378345": "piece",
    "93a60a56-a3c8-11da-a746-0800200c9a66": "megajoule",
}
"""Units by the flow property whose unit they are: mass, area, volume, number of items, net calorific value."""

_SCENARIO_FIX = (
    'has several scenarios, and none is the default: mark one with epd:default="true" in epd:scenarios',
    '有多个情景而未指明默认情景：请在epd:scenarios中以epd:default="true"标明一个',
)


class DataSets(Struct, frozen=True):
    """What was read: processes by the name of their file, flows by their UUID."""

    processes: Mapping[str, Element]
    flows: Mapping[str, Element]


def ilcd_rows(read: DataSets) -> list[Row]:
    """The processes by the names of their files, from 1."""
    return [_row(number, read.processes[name], read.flows) for number, name in enumerate(sorted(read.processes), 1)]


def _row(number: int, process: Element, flows: Mapping[str, Element]) -> Row:
    taking = Taking()
    about = f"{PROCESS}processInformation/{PROCESS}dataSetInformation"
    _product(taking, process, about)
    _amounts(taking, process, flows)
    _figures(taking, process, about)
    _days(taking, process)
    location = f"{PROCESS}processInformation/{PROCESS}geography/{PROCESS}locationOfOperationSupplyOrProduction"
    where = process.find(location)
    code = "" if where is None else where.get("location", "")
    taking.put(
        "country" if code.partition("-")[0] in COUNTRIES else "region", code, f"{shown_path(location)}/@location"
    )
    systems = process.iterfind(f".//{PROCESS}complianceDeclarations//{COMMON}referenceToComplianceSystem")
    names = [_standard(_words(system.findall(f"{COMMON}shortDescription"))) for system in systems]
    taking.put("standards", list(dict.fromkeys(name for name in names if name)), "complianceDeclarations")
    return taking.row(number, _text(process, f"{about}/{_UUID}"))


def _product(taking: Taking, process: Element, about: str) -> None:
    names = process.findall(f"{about}/{PROCESS}name/{PROCESS}baseName")
    taking.put("product_name", _words(names), shown_path(f"{about}/name/baseName"))
    comment = process.findall(f"{about}/{COMMON}generalComment")
    taking.put("description", _words(comment), shown_path(f"{about}/{COMMON}generalComment"))
    at = shown_path(f"{about}/{COMMON}synonyms")
    texts = [
        part
        for name in (f"{COMMON}synonyms", f"{PROCESS}identifierOfSubDataSet")
        for element in process.findall(f"{about}/{name}")
        for part in (element.text or "").split(";")
    ]
    fix_en = "write urn:gtin: and the GTIN of the product there"
    taking.gtin(gtin_urns(texts), at, fix_en, "请在此填写urn:gtin:及产品的GTIN")


def _amounts(taking: Taking, process: Element, flows: Mapping[str, Element]) -> None:
    """The reference flow: how much, and of what unit its data set is; how heavy one of these is, where it says so."""
    exchange = _reference_exchange(process)
    at = "exchanges/exchange/referenceToFlowDataSet"
    amount = None if exchange is None else _text(exchange, f"{PROCESS}meanAmount")
    units = taking.number("declared_amount", amount, "exchanges/exchange/meanAmount")
    link = None if exchange is None else exchange.find(f"{PROCESS}referenceToFlowDataSet")
    flow = None if link is None else flows.get(link.get("refObjectId", "").lower())
    if flow is None:
        en = "leads to a flow that is not in the file, and only the flow says the unit: send the zip with both"
        taking.problem(
            "ilcd-flow", "declared_unit", at, en, "指向的流数据集不在文件中，而单位仅见于该数据集：请上传含两者的zip"
        )
        return
    wanted = _text(flow, f"{FLOW}flowInformation/{FLOW}quantitativeReference/{FLOW}referenceToReferenceFlowProperty")
    means: dict[str, tuple[str, str | None]] = {}
    for held in flow.iterfind(f"{FLOW}flowProperties/{FLOW}flowProperty"):
        to = held.find(f"{FLOW}referenceToFlowPropertyDataSet")
        uuid = "" if to is None else to.get("refObjectId", "").lower()
        means[held.get("dataSetInternalID", "")] = uuid, _text(held, f"{FLOW}meanValue")
    uuid, value = means.get(wanted or "", ("", None))
    per = taking.number("declared_amount", value, "flowProperties/flowProperty/meanValue")
    taking.raw.pop("declared_amount", None)
    unit = UNITS.get(uuid)
    if unit is None or per != Decimal(1):
        taking.problem(
            "unit-unknown",
            "declared_unit",
            "flowProperties/flowProperty/referenceToFlowPropertyDataSet",
            f"is not 1 of one of {', '.join(UNITS.values())}: declare the product by the template",
            f"不是{'、'.join(UNITS.values())}之一的1个单位：请用模板申报该产品",
        )
    taking.put("declared_unit", unit, "flowProperties/flowProperty/referenceToFlowPropertyDataSet")
    taking.put("declared_amount", None if units is None else f"{units:f}", "exchanges/exchange/meanAmount")
    mass = next((each for of, each in means.values() if of == MASS), None)
    taking.number("mass_per_unit", mass, "flowProperties/flowProperty/meanValue")


def _reference_exchange(process: Element) -> Element | None:
    wanted = _text(
        process, f"{PROCESS}processInformation/{PROCESS}quantitativeReference/{PROCESS}referenceToReferenceFlow"
    )
    exchanges = process.iterfind(f"{PROCESS}exchanges/{PROCESS}exchange")
    return next((each for each in exchanges if each.get("dataSetInternalID") == wanted), None)


def _figures(taking: Taking, process: Element, about: str) -> None:
    scenarios = process.findall(f"{about}/{COMMON}other/{EPD}scenarios/{EPD}scenario")
    defaults = {one.get(f"{EPD}name", "") for one in scenarios if one.get(f"{EPD}default") == "true"}
    field_of = {uuid: field for field, uuids in INDICATORS.items() for uuid in uuids}
    figures: dict[str, dict[str, Decimal]] = {}
    places: dict[str, str] = {}
    for result in process.iterfind(f"{PROCESS}LCIAResults/{PROCESS}LCIAResult"):
        method = result.find(f"{PROCESS}referenceToLCIAMethodDataSet")
        uuid = "" if method is None else method.get("refObjectId", "").lower()
        field = field_of.get(uuid)
        if field is None or field in figures:
            continue
        places[field] = f"LCIAResults/LCIAResult[{uuid}]"
        amounts = result.findall(f"{COMMON}other/{EPD}amount")
        figures[field] = _modules(taking, field, places[field], amounts, defaults)
        if uuid in INDICATORS["gwp_total"]:
            is_newer = uuid == INDICATORS["gwp_total"][1]
            taking.put("gwp_basis", "AR6" if is_newer else "AR5", places[field])
    if not any(one.path.startswith("$.gwp_") for one in taking.found):
        take_modules(taking, figures, places, "LCIAResults")


def _modules(taking: Taking, field: str, at: str, amounts: Iterable[Element], defaults: set[str]) -> dict[str, Decimal]:
    """The amount of each module: of its only scenario, or of its default."""
    by_module: dict[str, list[Element]] = {}
    for amount in amounts:
        by_module.setdefault(amount.get(f"{EPD}module", ""), []).append(amount)
    found = {}
    for code in MODULES:
        place = f"{at}/amount[@module='{code}']"
        given = by_module.get(code, [])
        chosen = given if len(given) == 1 else [one for one in given if one.get(f"{EPD}scenario") in defaults]
        if len(chosen) != 1:
            if given:
                taking.problem("ilcd-scenario", field, place, *_SCENARIO_FIX)
                break
            continue
        number = taking.number(field, (chosen[0].text or "").strip(), place)
        taking.raw.pop(field, None)
        if number is not None:
            found[code] = number
    return found


def _days(taking: Taking, process: Element) -> None:
    """The reference year whole; from publication to the day, or the last day of the year, that it is valid until."""
    time = f"{PROCESS}processInformation/{PROCESS}time"
    year = taking.number("reference_start", _text(process, f"{time}/{COMMON}referenceYear"), "time/referenceYear")
    taking.raw.pop("reference_start", None)
    if year is not None and year in range(1900, 2200):
        taking.put("reference_start", f"{year:f}-01-01", "time/referenceYear")
        taking.put("reference_end", f"{year:f}-12-31", "time/referenceYear")
    published = _text(process, f"{time}/{COMMON}other/{EPD_2019}publicationDateOfEPD")
    first = taking.instant("valid_from", published, "time/publicationDateOfEPD")
    taking.put("valid_from", None if first is None else first.date().isoformat(), "time/publicationDateOfEPD")
    until = _text(process, f"{time}/{COMMON}dataSetValidUntil")
    at = "time/dataSetValidUntil"
    if until is None or not (len(until) == 4 and until.isascii() and until.isdigit()):
        taking.day("valid_until", until, at)
        return
    last = date(max(int(until), 1), 12, 31)
    if first is not None and last.year == first.year + 5:
        last = years_after(first.date(), 5)  # a year alone: no longer than a declaration may hold
    taking.put("valid_until", last.isoformat(), at)


def _words(elements: Iterable[Element]) -> dict[str, str]:
    """Texts by language, the first of each."""
    words: dict[str, str] = {}
    for element in elements:
        said = (element.text or "").strip()
        if said:
            words.setdefault(element.get(_LANGUAGE, UNDETERMINED), said)
    return words


def _text(element: Element, path: str) -> str | None:
    found = element.find(path)
    return (found.text or "").strip() or None if found is not None else None


def _standard(words: Mapping[str, str]) -> str | None:
    """The registry's name of a compliance system; any other as it stands."""
    said = words.get("en") or next(iter(words.values()), "")
    return standard_named(said) or standard_named(said.removeprefix("DIN ")) or said or None


def flow_uuid(flow: Element) -> str:
    """The UUID of a flow data set; empty when it has none."""
    return (_text(flow, f"{FLOW}flowInformation/{FLOW}dataSetInformation/{_UUID}") or "").lower()


def shown_path(path: str) -> str:
    """A path without namespaces."""
    return _NAMESPACE.sub("", path)
