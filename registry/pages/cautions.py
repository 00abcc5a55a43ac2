"""What was found in a declaration, said to a reader of the page.

A finding's own message tells the declarer how to mend the declaration; a shopper needs to know what it means for the
figure. A code without wording here is shown in the finding's own words.
"""

from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook
from registry.pages.vocabulary import Both
from schemas.declaration import Declaration
from schemas.findings import Finding

_REFERENCE_OLD = "reference-old"
_EDITORIAL = frozenset({"name-long"})
"""Findings that say nothing about the figure."""

WORDINGS: dict[str, Both] = {
    "stage-sum": Both(
        "The stages do not add up to the declared total.",
        "各阶段之和与声明总量不一致。",
    ),
    "stage-modules": Both(
        "A construction product is to be declared from making to disposal. Some of these stages are not declared.",
        "建筑产品应声明从生产到废弃处置的各阶段，此声明未列出其中一部分。",
    ),
    "plausibility": Both(
        "For its weight, the figure is far from what products usually cause. It may be right; look twice.",
        "按重量折算，该数值远离一般产品的常见范围。它可能没错，但请留意。",
    ),
    "standard-unknown": Both(
        "The calculation follows a method that this registry does not know.",
        "核算所用的方法不在本登记处的标准名录中。",
    ),
    "claim": Both(
        "The company makes a climate claim for this product that may rest on carbon credits. "
        "Carbon credits never lower the figure shown here.",
        "企业对该商品的气候宣称可能依赖碳抵消。碳抵消不会降低此处显示的数值。",
    ),
    "component-stale": Both(
        "A part inside this product has a declaration that no longer holds.",
        "该商品的某个部件所依据的声明已不再有效。",
    ),
    "component-contribution": Both(
        "What the company says a part contributes is not what that part's own declaration gives.",
        "企业所列某部件的贡献量与该部件自身声明折算的数值不符。",
    ),
    "component-sum": Both(
        "The parts declared for this product add up to more than its suppliers' share.",
        "该商品所列部件之和超过了上游阶段的排放量。",
    ),
    "component-period": Both(
        "Some of what is listed for this place is counted by figures of another time.",
        "该场所所列的部分内容采用了其他时期的数据。",
    ),
    "area-total": Both(
        "The figure of this place is above what is listed for it.",
        "该场所的数值高于其所列内容之和。",
    ),
}

PLACE_WORDINGS: dict[str, Both] = {
    "claim": Both(
        "The company makes a climate claim for this place that may rest on carbon credits. "
        "Carbon credits never lower the figure shown here.",
        "企业对该地点的气候宣称可能依赖碳抵消。碳抵消不会降低此处显示的数值。",
    ),
    "component-stale": Both(
        "Something counted in this place has a declaration that no longer holds.",
        "计入该地点的某项产品所依据的声明已不再有效。",
    ),
    "component-contribution": Both(
        "What the company says something adds to this place is not what its own declaration gives.",
        "企业所列某项产品计入该地点的数值与该产品自身声明折算的数值不符。",
    ),
    "component-sum": Both(
        "What is counted in this place adds up to more than its suppliers' share.",
        "计入该地点的各项之和超过了上游阶段的排放量。",
    ),
}
"""The same of a place, where the words of a product would mislead."""


def cautions(
    warnings: tuple[Finding, ...], declaration: Declaration | None, reader: Reader, t: Phrasebook
) -> tuple[str, ...]:
    """The sentences for ``warnings``, each once, in their order."""
    sentences = []
    for finding in warnings:
        if finding.code not in _EDITORIAL:
            sentences.append(_sentence(finding, declaration, reader, t))
    return tuple(dict.fromkeys(sentences))


def _sentence(finding: Finding, declaration: Declaration | None, reader: Reader, t: Phrasebook) -> str:
    if finding.code == _REFERENCE_OLD and declaration and declaration.reference_end and declaration.valid_from:
        age = declaration.valid_from.year - declaration.reference_end.year
        place = "" if declaration.gln is None else "_place"
        return t(f"old_data{place}", year=str(declaration.reference_end.year), age=str(age))
    wording = WORDINGS.get(finding.code)
    if declaration is not None and declaration.gln is not None:
        wording = PLACE_WORDINGS.get(finding.code, wording)
    return wording.text(reader.language) if wording else reader.text(finding.message)
