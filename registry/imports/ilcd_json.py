"""ILCD+EPD as the JSON of a soda4LCA node (``?format=json&view=extended``), such as ÖKOBAUDAT and ECO Portal.

The names are those of the XML. What differs: a text is a list of ``value`` and ``lang``; what the EPD extensions add
stands in lists ``other.anies``, by ``name`` or by ``module``; an exchange has the properties of its flow with it, so
that the unit is known without the flow data set; days are milliseconds since 1970. There is no specification of it:
this is read from data sets that nodes gave out (github.com/ocni-dtu/epdx, tests/datafixtures).
"""

from collections.abc import Iterator

from registry.imports.epd_data_set import Amount, EpdDataSet, ReferenceFlow, Result, Words
from registry.imports.ilcd import MASS
from registry.imports.json_document import Place
from registry.imports.taking import UNDETERMINED


def data_set_in(root: Place) -> EpdDataSet:
    """The data set in an object of JSON. Never raises, whatever the object holds."""
    information, modelling = root.to("processInformation"), root.to("modellingAndValidation")
    about, time = information.to("dataSetInformation"), information.to("time")
    method, publication = modelling.to("LCIMethodAndAllocation"), root.to(*_PUBLICATION)
    owner, exchange = publication.to("referenceToOwnershipOfDataSet"), _reference_exchange(root)
    rules = method.to("referenceToLCAMethodDetails")
    systems = modelling.to("complianceDeclarations", "compliance")
    synonyms = about.to("synonyms")
    return EpdDataSet(
        uuid=about.to("UUID"),
        version=publication.to("dataSetVersion"),
        name=_words(about.to("name", "baseName")),
        comment=_words(about.to("generalComment")),
        synonyms=Place([*_texts(synonyms), about.to("identifierOfSubDataSet").value], synonyms.path),
        product_ids=(),
        product_ids_at=about.path,
        categories=dict(_categories(about.to(*_CLASSES))),
        categories_at=about.to(*_CLASSES).path,
        subtype=_extension(method, "subType"),
        rules=Place([one.to("refObjectId").value for one in rules.items()], rules.path),
        owners=Place([_words(owner.to("shortDescription")).value], owner.path),
        sites=Place([], modelling.path),
        registration=publication.to("registrationNumber"),
        authority=_words(publication.to("referenceToRegistrationAuthority", "shortDescription")),
        location=information.to("geography", "locationOfOperationSupplyOrProduction", "location"),
        systems=Place(
            [_words(one.to("referenceToComplianceSystem", "shortDescription")).value for one in systems.items()],
            systems.path,
        ),
        year=time.to("referenceYear"),
        published=_extension(time, "publicationDateOfEPD"),
        expires=_extension(time, "expirationDateOfEPD"),
        valid_until=time.to("dataSetValidUntil"),
        amount=exchange.to("meanAmount"),
        flow_at=exchange.to("flowProperties").path,
        flow=_reference_flow(exchange),
        default_scenarios=frozenset(_default_scenarios(about)),
        results=[_result(one) for one in root.to("LCIAResults", "LCIAResult").items()],
        results_at=root.to("LCIAResults").path,
    )


_PUBLICATION = ("administrativeInformation", "publicationAndOwnership")
_CLASSES = ("classificationInformation", "classification")


def _extensions(holder: Place) -> list[Place]:
    return holder.to("other", "anies").items()


def _extension(holder: Place, name: str) -> Place:
    """What the EPD extensions add to an object under a name."""
    named = (one.to("value") for one in _extensions(holder) if one.to("name").value == name)
    return next(named, holder.to("other", "anies", name))


def _default_scenarios(about: Place) -> Iterator[str]:
    for one in _extensions(about):
        for scenario in one.to("scenario").items():
            name = scenario.to("name").value
            if scenario.to("default").value is True and isinstance(name, str):
                yield name


def _categories(classes: Place) -> Iterator[tuple[str, str]]:
    for one in classes.items():
        name, ids = one.to("name").value, [each.to("classId").value for each in one.to("class").items()]
        deepest = next((each for each in reversed(ids) if isinstance(each, str) and each), "")
        if isinstance(name, str):
            yield name, deepest


def _reference_exchange(root: Place) -> Place:
    """The exchange that is declared; where none is marked, that of the number that the data set names."""
    exchanges = root.to("exchanges", "exchange")
    wanted = root.to("processInformation", "quantitativeReference", "referenceToReferenceFlow").value
    first = wanted[0] if isinstance(wanted, list) and wanted else None
    marked = [one for one in exchanges.items() if one.to("referenceFlow").value is True]
    named = [one for one in exchanges.items() if first is not None and one.to("dataSetInternalID").value == first]
    return next(iter(marked or named), Place(None, exchanges.path))


def _reference_flow(exchange: Place) -> ReferenceFlow | None:
    properties = exchange.to("flowProperties")
    reference = next((one for one in properties.items() if one.to("referenceFlowProperty").value is True), None)
    if reference is None:
        return None
    mass = next((one for one in properties.items() if _uuid(one.to("uuid")) == MASS), Place(None, properties.path))
    return ReferenceFlow(_uuid(reference.to("uuid")), reference.to("meanValue"), mass.to("meanValue"))


def _result(result: Place) -> Result:
    method = _uuid(result.to("referenceToLCIAMethodDataSet", "refObjectId"))
    amounts = []
    for one in _extensions(result):
        module, scenario = one.to("module").value, one.to("scenario").value
        if isinstance(module, str):
            amounts.append(Amount(module, scenario if isinstance(scenario, str) else None, one.to("value")))
    return Result(method, result.path, amounts)


def _words(texts: Place) -> Place:
    """Texts by language, the first of each."""
    words: Words = {}
    for one in texts.items():
        said, language = one.to("value").value, one.to("lang").value
        if isinstance(said, str) and said.strip():
            words.setdefault(language if isinstance(language, str) else UNDETERMINED, said.strip())
    return Place(words, texts.path)


def _texts(texts: Place) -> list[object]:
    return [one.to("value").value for one in texts.items()]


def _uuid(place: Place) -> str:
    return place.value.strip().lower() if isinstance(place.value, str) else ""
