"""PACT product footprints, versions 3 and 2 of the technical specifications, as rows.

What version 2 says otherwise: its figures are for one declared unit, several properties have older names, and a
changed footprint keeps its id and counts its version up. A PACT footprint is cradle-to-gate. Its total is the one
without biogenic uptake, which stands beside it, as it does here; removals that PACT counts inside the total are kept
apart here, so a footprint with some is refused.
"""

from datetime import timedelta

from registry.imports.json_document import Place
from registry.imports.row import Maker, Row
from registry.imports.taking import UNDETERMINED, Taking, last_day, versioned
from registry.imports.urns import gtin_urns, other_urns
from schemas.codes import PACT, standard_named
from schemas.findings.naming import shown
from schemas.findings.periods import years_after

VALID_YEARS = 3
"""Years from the end of the reference period, where a footprint names no validity (PACT v3, validityPeriodStart)."""

STANDARDS = {
    "GHGP-Product": "GHG Protocol Product Standard",
    "GHG Protocol Product standard": "GHG Protocol Product Standard",
    "ISO14067": "ISO 14067",
    "ISO Standard 14067": "ISO 14067",
    "ISO14044": "ISO 14044",
    "ISO Standard 14044": "ISO 14044",
    "ISO14083": "ISO 14083",
    "PACT-3.0": PACT,
}
REMOVALS = ("landManagementBiogenicCO2Removals", "technologicalCO2Removals", "ccsTechnologicalCO2Capture")
_CPC = "urn:pact:productclassification:un-cpc:"
_BASES = ("AR5", "AR6")
_SCORES = {"technological": "technologicalDQR", "temporal": "temporalDQR", "geographical": "geographicalDQR"}


def pact_rows(objects: list[Place]) -> list[Row]:
    """The footprints in their order, from 1."""
    return [_row(number, footprint) for number, footprint in enumerate(objects, 1)]


def _row(number: int, footprint: Place) -> Row:
    taking = Taking()
    version = footprint.to("specVersion").value
    is_old = isinstance(version, str) and version.startswith(("1.", "2."))
    _product(taking, footprint)
    company, ids = footprint.to("companyName"), footprint.to("companyIds")
    names = (company.value,) if isinstance(company.value, str) and company.value.strip() else ()
    taking.maker = Maker(company.path if names else ids.path, names, tuple(other_urns(ids.value)))
    _figures(taking, footprint.to("pcf"), is_old)
    _periods(taking, footprint)
    _method(taking, footprint.to("pcf"), is_old)
    if footprint.to("status").value == "Deprecated":
        at = footprint.to("status").path
        taking.problem(
            "pact-deprecated", "supersedes", at, "is Deprecated: send the newest", "为Deprecated：请提交最新版本"
        )
    return taking.row(number, versioned(footprint.to("id"), footprint.to("version") if is_old else None))


def _product(taking: Taking, footprint: Place) -> None:
    for field, name in (("product_name", "productNameCompany"), ("description", "productDescription")):
        place = footprint.to(name)
        said = taking.text(field, place.value, place.path)
        taking.put(field, None if said is None else {UNDETERMINED: said}, place.path)
    ids = footprint.to("productIds")
    gtins = gtin_urns(ids.value)
    fix = "add urn:gtin: and the GTIN of the product to productIds", "请在productIds中加入urn:gtin:及产品的GTIN"
    taking.gtin(gtins, ids.path, *fix)
    others = [one.value for one in ids.items() if not gtin_urns([one.value])]
    taking.put("product_ids", others, ids.path)
    classes, cpc = footprint.to("productClassifications"), footprint.to("productCategoryCpc")
    if classes.value is None and isinstance(cpc.value, str) and cpc.value:
        taking.put("classifications", [f"{_CPC}{cpc.value.strip()}"], cpc.path)
    else:
        taking.put("classifications", classes.value, classes.path)


def _figures(taking: Taking, pcf: Place, is_old: bool) -> None:
    """Version 3: per declared amount (declaredUnitAmount). Version 2: per declared unit."""
    unit = pcf.to("declaredUnit" if is_old else "declaredUnitOfMeasurement")
    taking.put("declared_unit", unit.value, unit.path)
    amount = Place("1", unit.path) if is_old else pcf.to("declaredUnitAmount")
    units = taking.number("declared_amount", amount.value, amount.path)
    mass = pcf.to("productMassPerDeclaredUnit")
    taking.per_unit(mass.value, units, mass.path)
    taking.put("boundary", "cradle-to-gate", pcf.path)
    names = _OLD_FIGURES if is_old else _FIGURES
    for field, name in names.items():
        place = pcf.to(name)
        taking.number(field, place.value, place.path)
    for place in map(pcf.to, REMOVALS):
        removed = None if place.value is None else taking.number("removals", place.value, place.path)
        taking.raw.pop("removals", None)
        if removed:
            taking.problem(
                "pact-removals",
                "removals",
                place.path,
                f"is {shown(place.value)}, and the total counts it: removals are kept apart here, so declare this "
                "footprint by the template, with a total without them",
                f"为{shown(place.value)}，且已计入总量：本登记处将清除量单独列出，请用模板申报不含清除量的总量",
            )
            return


_FIGURES = {
    "gwp_total": "pcfExcludingBiogenicUptake",
    "gwp_fossil": "fossilGhgEmissions",
    "gwp_luluc": "landUseChangeGhgEmissions",
    "biogenic_uptake": "biogenicCO2Uptake",
    "primary_data_share": "primaryDataShare",
    "exempted_share": "exemptedEmissionsPercent",
}
_OLD_FIGURES = {
    "gwp_total": "pCfExcludingBiogenic",
    "gwp_fossil": "fossilGhgEmissions",
    "gwp_luluc": "dLucGhgEmissions",
    "biogenic_uptake": "biogenicCarbonWithdrawal",
    "primary_data_share": "primaryDataShare",
    "exempted_share": "exemptedEmissionsPercent",
}


def _periods(taking: Taking, footprint: Place) -> None:
    """Days of periods that begin with their first instant and end before their last."""
    pcf = footprint.to("pcf")
    is_old = pcf.to("referencePeriodStart").value is None and pcf.to("reportingPeriodStart").value is not None
    named = "reportingPeriod" if is_old else "referencePeriod"
    start, end = pcf.to(f"{named}Start"), pcf.to(f"{named}End")
    taking.day("reference_start", start.value, start.path)
    ended = taking.instant("reference_end", end.value, end.path)
    taking.put("reference_end", None if ended is None else last_day(ended).isoformat(), end.path)
    first, last = footprint.to("validityPeriodStart"), footprint.to("validityPeriodEnd")
    if first.value is None and last.value is None and ended is not None:
        begins = last_day(ended) + timedelta(days=1)
        taking.put("valid_from", begins.isoformat(), end.path)
        taking.put("valid_until", years_after(last_day(ended), VALID_YEARS).isoformat(), end.path)
        return
    taking.day("valid_from", first.value, first.path)
    until = taking.instant("valid_until", last.value, last.path)
    taking.put("valid_until", None if until is None else last_day(until).isoformat(), last.path)


def _method(taking: Taking, pcf: Place, is_old: bool) -> None:
    """Where, by which standards, and how good the data are. The narrowest place counts."""
    subdivision, country = pcf.to("geographyCountrySubdivision"), pcf.to("geographyCountry")
    narrowest = subdivision if subdivision.value else country
    taking.put("country", narrowest.value, narrowest.path)
    region = pcf.to("geographyRegionOrSubregion")
    taking.put("region", None if narrowest.value else region.value, region.path)
    used = pcf.to("crossSectoralStandardsUsed" if is_old else "crossSectoralStandards")
    names = [_standard(each) for each in used.value] if isinstance(used.value, list) else []
    taking.put("standards", names if is_old or PACT in names else [*names, PACT], used.path)
    rules = pcf.to("productOrSectorSpecificRules")
    urns = other_urns(rules.value)
    taking.put("pcr", urns[0] if len(urns) == 1 else None, rules.path)
    reports = pcf.to("characterizationFactors" if is_old else "ipccCharacterizationFactors")
    said = reports.value if isinstance(reports.value, list) else [reports.value]
    known = [basis for basis in _BASES if basis in said]
    taking.put("gwp_basis", known[0] if len(known) == 1 else None, reports.path)
    dqi = pcf.to("dqi")
    scores = {score: dqi.to(name).value for score, name in _SCORES.items()}
    if all(isinstance(value, str) and value for value in scores.values()):
        taking.put("dqi", {**scores, "worst": 3 if is_old else 5}, dqi.path)


def _standard(name: object) -> object:
    """The registry's name of a standard that PACT lists; any other as it stands."""
    return STANDARDS.get(name) or standard_named(name) or name if isinstance(name, str) else name
