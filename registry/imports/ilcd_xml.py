"""ILCD+EPD as XML: a process data set, and the flow data set that it declares, which alone says the unit."""

import re
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from registry.imports.epd_data_set import Amount, EpdDataSet, ReferenceFlow, Result, Words
from registry.imports.ilcd import MASS
from registry.imports.json_document import Place
from registry.imports.taking import UNDETERMINED

PROCESS = "{http://lca.jrc.it/ILCD/Process}"
FLOW = "{http://lca.jrc.it/ILCD/Flow}"
COMMON = "{http://lca.jrc.it/ILCD/Common}"
EPD = "{http://www.iai.kit.edu/EPD/2013}"
EPD_2019 = "{http://www.indata.network/EPD/2019}"
EPD_2024 = "{http://www.indata.network/EPD/2024}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_UUID = f"{COMMON}UUID"
_SHORT = f"{COMMON}shortDescription"
_NAMESPACE = re.compile(r"\{[^}]*\}")

_INFORMATION = f"{PROCESS}processInformation"
_ABOUT = f"{_INFORMATION}/{PROCESS}dataSetInformation"
_TIME = f"{_INFORMATION}/{PROCESS}time"
_MODELLING = f"{PROCESS}modellingAndValidation"
_METHOD = f"{_MODELLING}/{PROCESS}LCIMethodAndAllocation"
_SOURCES = f"{_MODELLING}/{PROCESS}dataSourcesTreatmentAndRepresentativeness"
_PUBLICATION = f"{PROCESS}administrativeInformation/{PROCESS}publicationAndOwnership"
_OWNER = f"{_PUBLICATION}/{COMMON}referenceToOwnershipOfDataSet"
_MANUFACTURER = f"{_SOURCES}/{COMMON}other/{EPD_2024}manufacturers/{EPD_2024}manufacturer"


def data_set_of(process: Element, flows: Mapping[str, Element]) -> EpdDataSet:
    """The data set in a process; ``flows`` are the flow data sets that are there, by their UUID."""
    exchange = _reference_exchange(process)
    link = None if exchange is None else exchange.find(f"{PROCESS}referenceToFlowDataSet")
    flow = None if link is None else flows.get(link.get("refObjectId", "").lower())
    location = f"{_INFORMATION}/{PROCESS}geography/{PROCESS}locationOfOperationSupplyOrProduction"
    where = process.find(location)
    scenarios = process.findall(f"{_ABOUT}/{COMMON}other/{EPD}scenarios/{EPD}scenario")
    owners = [*process.findall(_OWNER), *process.findall(f"{_MANUFACTURER}/{EPD_2024}contact")]
    sites = process.findall(f"{_MANUFACTURER}/{EPD_2024}sites/{EPD_2024}site/{EPD_2024}name")
    systems = process.iterfind(f".//{PROCESS}complianceDeclarations//{COMMON}referenceToComplianceSystem")
    rules = process.iterfind(f"{_METHOD}/{PROCESS}referenceToLCAMethodDetails")
    synonyms = [*process.findall(f"{_ABOUT}/{COMMON}synonyms"), *process.findall(f"{_ABOUT}/{_IDENTIFIER}")]
    return EpdDataSet(
        uuid=_said(process, f"{_ABOUT}/{_UUID}"),
        version=_said(process, f"{_PUBLICATION}/{COMMON}dataSetVersion"),
        name=_in_languages(process, f"{_ABOUT}/{PROCESS}name/{PROCESS}baseName"),
        comment=_in_languages(process, f"{_ABOUT}/{COMMON}generalComment"),
        synonyms=Place([element.text or "" for element in synonyms], shown_path(f"{_ABOUT}/{COMMON}synonyms")),
        product_ids=[
            (one.get(f"{EPD_2024}type", one.get("type", "")), one.text or "") for one in process.iterfind(_PRODUCT_ID)
        ],
        product_ids_at=shown_path(_PRODUCT_ID),
        categories=_categories(process),
        categories_at=shown_path(f"{_ABOUT}/{_CLASSES}"),
        subtype=_said(process, f"{_METHOD}/{COMMON}other/{EPD}subType"),
        rules=Place(
            [one.get("refObjectId", "") for one in rules], "LCIMethodAndAllocation/referenceToLCAMethodDetails"
        ),
        owners=Place([_words(one.findall(_SHORT)) for one in owners], shown_path(_OWNER)),
        sites=Place([(one.text or "").strip() for one in sites], "manufacturers/manufacturer/sites/site/name"),
        registration=_said(process, f"{_PUBLICATION}/{COMMON}registrationNumber"),
        authority=_in_languages(process, f"{_PUBLICATION}/{COMMON}referenceToRegistrationAuthority/{_SHORT}"),
        location=Place("" if where is None else where.get("location", ""), f"{shown_path(location)}/@location"),
        systems=Place([_words(one.findall(_SHORT)) for one in systems], "complianceDeclarations"),
        year=_time(process, f"{COMMON}referenceYear"),
        published=_time(process, f"{COMMON}other/{EPD_2019}publicationDateOfEPD"),
        expires=_time(process, f"{COMMON}other/{EPD_2024}expirationDateOfEPD"),
        valid_until=_time(process, f"{COMMON}dataSetValidUntil"),
        amount=Place(
            None if exchange is None else _text(exchange, f"{PROCESS}meanAmount"), "exchanges/exchange/meanAmount"
        ),
        flow_at="exchanges/exchange/referenceToFlowDataSet" if flow is None else _FLOW_PROPERTY,
        flow=None if flow is None else _reference_flow(flow),
        default_scenarios=frozenset(
            one.get(f"{EPD}name", "") for one in scenarios if one.get(f"{EPD}default") == "true"
        ),
        results=[_result(one) for one in process.iterfind(f"{PROCESS}LCIAResults/{PROCESS}LCIAResult")],
        results_at="LCIAResults",
    )


_IDENTIFIER = f"{PROCESS}identifierOfSubDataSet"
_PRODUCT_ID = f"{_ABOUT}/{COMMON}other/{EPD_2024}productIds/{EPD_2024}productId"
_CLASSES = f"{PROCESS}classificationInformation/{COMMON}classification"
_FLOW_PROPERTY = "flowProperties/flowProperty/referenceToFlowPropertyDataSet"


def _categories(process: Element) -> dict[str, str]:
    found = {}
    for one in process.iterfind(f"{_ABOUT}/{_CLASSES}"):
        ids = [each.get("classId", "") for each in one.iterfind(f"{COMMON}class")]
        found[one.get("name", "")] = next((each for each in reversed(ids) if each), "")
    return found


def _reference_exchange(process: Element) -> Element | None:
    wanted = _text(process, f"{_INFORMATION}/{PROCESS}quantitativeReference/{PROCESS}referenceToReferenceFlow")
    exchanges = process.iterfind(f"{PROCESS}exchanges/{PROCESS}exchange")
    return next((each for each in exchanges if each.get("dataSetInternalID") == wanted), None)


def _reference_flow(flow: Element) -> ReferenceFlow:
    wanted = _text(flow, f"{FLOW}flowInformation/{FLOW}quantitativeReference/{FLOW}referenceToReferenceFlowProperty")
    means: dict[str, tuple[str, str | None]] = {}
    for held in flow.iterfind(f"{FLOW}flowProperties/{FLOW}flowProperty"):
        to = held.find(f"{FLOW}referenceToFlowPropertyDataSet")
        uuid = "" if to is None else to.get("refObjectId", "").lower()
        means[held.get("dataSetInternalID", "")] = uuid, _text(held, f"{FLOW}meanValue")
    uuid, value = means.get(wanted or "", ("", None))
    mass = next((each for of, each in means.values() if of == MASS), None)
    at = "flowProperties/flowProperty/meanValue"
    return ReferenceFlow(uuid, Place(value, at), Place(mass, at))


def _result(result: Element) -> Result:
    method = result.find(f"{PROCESS}referenceToLCIAMethodDataSet")
    uuid = "" if method is None else method.get("refObjectId", "").lower()
    at = f"LCIAResults/LCIAResult[{uuid}]"
    amounts = []
    for one in result.iterfind(f"{COMMON}other/{EPD}amount"):
        module = one.get(f"{EPD}module", "")
        place = Place((one.text or "").strip(), f"{at}/amount[@module='{module}']")
        amounts.append(Amount(module, one.get(f"{EPD}scenario"), place))
    return Result(uuid, at, amounts)


def _said(process: Element, path: str) -> Place:
    return Place(_text(process, path), shown_path(path))


def _time(process: Element, path: str) -> Place:
    return Place(_text(process, f"{_TIME}/{path}"), f"time/{path.rpartition('}')[2]}")


def _in_languages(process: Element, path: str) -> Place:
    return Place(_words(process.findall(path)), shown_path(path))


def _words(elements: Iterable[Element]) -> Words:
    """Texts by language, the first of each."""
    words: Words = {}
    for element in elements:
        said = (element.text or "").strip()
        if said:
            words.setdefault(element.get(_LANGUAGE, UNDETERMINED), said)
    return words


def _text(element: Element, path: str) -> str | None:
    found = element.find(path)
    return (found.text or "").strip() or None if found is not None else None


def flow_uuid(flow: Element) -> str:
    """The UUID of a flow data set; empty when it has none."""
    return (_text(flow, f"{FLOW}flowInformation/{FLOW}dataSetInformation/{_UUID}") or "").lower()


def shown_path(path: str) -> str:
    """A path without namespaces."""
    return _NAMESPACE.sub("", path)
