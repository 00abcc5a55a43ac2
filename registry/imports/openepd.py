"""openEPD documents (Building Transparency's open format of environmental product declarations) as rows.

What the format has no place for is read from its place for extensions, ``ext.carbonlabel``: the GTIN and the
reference period.
"""

import re
from decimal import Decimal

from registry.imports.gwp_basis import BASES
from registry.imports.json_document import Place
from registry.imports.modules import MODULES, take_modules
from registry.imports.openepd_references import take_references
from registry.imports.row import Row
from registry.imports.taking import UNDETERMINED, Taking, versioned
from registry.imports.urns import gtin_urns
from schemas.codes import COUNTRIES, standard_named
from schemas.findings.naming import shown

METHODS = ("EF 3.1", "EF 3.0", "IPCC AR6", "IPCC AR5", "TRACI 2.2", "TRACI 2.1", "CML 2016", "EF 2.0", "CML 2012")
"""Impact methods whose GWP is taken: the first of these that the document has."""

UNITS = {
    "kg": "kilogram",
    "m2": "square meter",
    "m3": "cubic meter",
    "l": "liter",
    "kWh": "kilowatt hour",
    "MJ": "megajoule",
    "t * km": "ton kilometer",
    "item": "piece",
    "hour": "hour",
}
INDICATORS = {"gwp_total": "gwp", "gwp_fossil": "gwp-fossil", "gwp_biogenic": "gwp-biogenic", "gwp_luluc": "gwp-luluc"}
_SCOPES = {"A1-A3": "A1A2A3"}
_KG_CO2E = ("kgco2e", "kgco2eq")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)


def openepd_rows(objects: list[Place]) -> list[Row]:
    """The documents in their order, from 1."""
    return [_row(number, document) for number, document in enumerate(objects, 1)]


def _row(number: int, document: Place) -> Row:
    taking = Taking()
    _product(taking, document)
    _amounts(taking, document)
    _figures(taking, document)
    _days(taking, document)
    _plants(taking, document.to("plants"))
    take_references(taking, document)
    standards = document.to("compliance")
    names = [_standard(each) for each in standards.items()]
    taking.put("standards", [name for name in names if name is not None], standards.path)
    kind = document.to("doctype")
    if str(kind.value).lower() != "openepd":
        taking.problem(
            "openepd-doctype",
            "product_name",
            kind.path,
            f"is {shown(kind.value)!r}: only openEPD is of one manufacturer's product",
            f"为“{shown(kind.value)}”：只有openEPD是某一制造商产品的声明",
        )
    return taking.row(number, versioned(document.to("id"), document.to("version")))


def _product(taking: Taking, document: Place) -> None:
    said = document.to("language").value
    language = said if isinstance(said, str) and _LANGUAGE.fullmatch(said) else UNDETERMINED
    for field, name in (("product_name", "product_name"), ("description", "product_description")):
        place = document.to(name)
        words = taking.text(field, place.value, place.path)
        taking.put(field, None if words is None else {language: words}, place.path)
    places = (document.to("ext", "carbonlabel", "gtin"), document.to("gtin"), document.to("alt_ids", "gtin"))
    found = [place for place in places if place.value]
    gtins = [taking.text("gtin", place.value, place.path) for place in found]
    urns = document.to("alt_ids").value
    named = [each for each in gtins if each] + gtin_urns(list(urns.values()) if isinstance(urns, dict) else [])
    taking.gtin(
        named,
        found[0].path if found else places[0].path,
        'write it as {"ext": {"carbonlabel": {"gtin": "09521234567899"}}}',
        '请写成{"ext": {"carbonlabel": {"gtin": "09521234567899"}}}',
    )


def _plants(taking: Taking, plants: Place) -> None:
    """The name of a plant that is alone, and the country in which they all are."""
    each = plants.items()
    plant = each[0].to("name") if len(each) == 1 else plants
    taking.put("plant", plant.value if isinstance(plant.value, str) else None, plant.path)
    countries = {str(one.to("location", "country").value).upper() for one in each}
    at = (each[0].to("location", "country") if len(each) == 1 else plants).path
    taking.put("country", countries.pop() if len(countries) == 1 and countries <= COUNTRIES else None, at)


def _amounts(taking: Taking, document: Place) -> None:
    unit, amount = document.to("declared_unit", "unit"), document.to("declared_unit", "qty")
    units = taking.number("declared_amount", amount.value, amount.path)
    known = UNITS.get(unit.value) if isinstance(unit.value, str) else None
    if unit.value is not None and known is None:
        taking.problem(
            "unit-unknown",
            "declared_unit",
            unit.path,
            f"is {shown(unit.value)!r}: a declaration is for one of {', '.join(UNITS)}",
            f"为“{shown(unit.value)}”：声明单位应为{'、'.join(UNITS)}之一",
        )
    taking.put("declared_unit", known, unit.path)
    mass = document.to("kg_per_declared_unit")
    if mass.to("unit").value in (None, "kg"):
        taking.per_unit(mass.to("qty").value, units, mass.to("qty").path)


def _figures(taking: Taking, document: Place) -> None:
    """The figures of one method: its indicators by module."""
    impacts = document.to("impacts")
    method = next((name for name in METHODS if isinstance(impacts.to(name, "gwp").value, dict)), None)
    if method is None:
        taking.problem(
            "method-none",
            "gwp_total",
            impacts.path,
            f"has no gwp by one of {', '.join(METHODS)}",
            f"没有按{'、'.join(METHODS)}之一计算的gwp",
        )
        return
    taking.put("gwp_basis", BASES.get(method), impacts.to(method).path)
    figures: dict[str, dict[str, Decimal]] = {}
    for field, name in INDICATORS.items():
        scopes = impacts.to(method, name)
        if isinstance(scopes.value, dict):
            figures[field] = _modules(taking, field, scopes)
    places = {field: impacts.to(method, name).path for field, name in INDICATORS.items()}
    if not any(f"$.{field}" == one.path for one in taking.found for field in INDICATORS):
        take_modules(taking, figures, places, impacts.path)


def _modules(taking: Taking, field: str, scopes: Place) -> dict[str, Decimal]:
    """The mean of each module that is there."""
    found = {}
    for code in MODULES:
        mean, unit = scopes.to(_SCOPES.get(code, code), "mean"), scopes.to(_SCOPES.get(code, code), "unit")
        if mean.value is None:
            continue
        if not (isinstance(unit.value, str) and unit.value.replace(" ", "").lower() in _KG_CO2E):
            said = shown(unit.value)
            taking.problem("unit-unknown", field, unit.path, f"is {said!r}: write kgCO2e", f"为“{said}”：请填写kgCO2e")
            continue
        number = taking.number(field, mean.value, mean.path)
        taking.raw.pop(field, None)
        if number is not None:
            found[code] = number
    return found


def _days(taking: Taking, document: Place) -> None:
    """Days as they are written: the last one counts (openEPD, valid_until)."""
    for field, name in (("valid_from", "date_of_issue"), ("valid_until", "valid_until")):
        place = document.to(name)
        taking.day(field, place.value, place.path)
    for field in ("reference_start", "reference_end"):
        place = document.to("ext", "carbonlabel", field)
        taking.day(field, place.value, place.path)


def _standard(listed: Place) -> str | None:
    """The registry's name of a standard in ``compliance``; any other as it stands."""
    for name in ("short_name", "name"):
        said = listed.to(name).value
        if isinstance(said, str) and said.strip():
            return standard_named(said) or said.strip()
    return None
