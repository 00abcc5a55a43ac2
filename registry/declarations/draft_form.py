"""The form of a draft: the fields that most declarations need. What a draft holds beyond them stays as it is."""

import re
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from registry.accounts.browser import Browser, Sent
from registry.pages.desk import Field, Option
from registry.pages.vocabulary import BOUNDARIES, STAGES, UNIT_WORDS, Both
from schemas.declaration import Boundary, Declaration, DeclaredUnit, GwpBasis, StageCode
from schemas.findings.naming import label_of

_LANGUAGES = ("en", "zh")
_STAGES = (
    *(StageCode.RAW_MATERIAL, StageCode.PRODUCTION, StageCode.DISTRIBUTION),
    *(StageCode.USE, StageCode.END_OF_LIFE),
)
_FIGURES = ("gwp_total", "gwp_fossil", "gwp_biogenic", "gwp_luluc")
_DATES = ("reference_start", "reference_end", "valid_from", "valid_until")
_CHOICES: dict[str, dict[str, Both]] = {
    "declared_unit": {unit: UNIT_WORDS[unit] for unit in DeclaredUnit},
    "boundary": {boundary: BOUNDARIES[boundary][0] for boundary in Boundary},
    "gwp_basis": {basis: Both(basis, basis) for basis in GwpBasis},
}
_ONE_VALUE = (
    *("gtin", "gln", "declared_amount", "declared_unit", "mass_per_unit", "boundary", *_FIGURES, *_DATES),
    *("country", "plant", "gwp_basis", "pcr", "primary_data_share"),
)
_BETWEEN = re.compile(r"[,;，；、\n]")
_SET_BY_THE_REGISTRY = ("id", "version", "supersedes", "owner", "verification")
_EXAMPLES = {"gtin": "09521234567892", "declared_amount": "1", "country": "CN", "gwp_total": "1.96"}


def typed_values(declaration: Declaration) -> Sent:
    """What the form holds for ``declaration`` before anything is typed."""
    raw = _raw(declaration)
    values = {name: [str(raw[name])] for name in _ONE_VALUE if name in raw}
    values |= {f"name_{language}": [declaration.product_name.get(language, "")] for language in _LANGUAGES}
    values["standards"] = [", ".join(declaration.standards)]
    for stage in declaration.stages:
        values[f"stage_{stage.code}"] = ["" if stage.gwp is None else str(stage.gwp)]
    return Sent(values)


def told_by(sent: Sent, base: Declaration) -> dict[str, Any]:
    """What the form says, for ``schemas.reading``: put over ``base``, of which the rest stays."""
    raw = _raw(base)
    for name in _ONE_VALUE:
        raw[name] = sent.one(name).strip() or None
    names = {language: sent.one(f"name_{language}").strip() for language in _LANGUAGES}
    others = {language: words for language, words in base.product_name.items() if language not in _LANGUAGES}
    raw["product_name"] = {language: words for language, words in names.items() if words} | others
    raw["standards"] = [words.strip() for words in _BETWEEN.split(sent.one("standards")) if words.strip()]
    if _has_simple_stages(base):
        known = {stage.code: stage.source_name for stage in base.stages}
        told = {code: sent.one(f"stage_{code}").strip() for code in _STAGES}
        raw["stages"] = [
            {"code": code, "gwp": figure or None, "source_name": known.get(code, "")}
            for code, figure in told.items()
            if figure or code in known
        ]
    return {name: value for name, value in raw.items() if value is not None}


def fields(browser: Browser, base: Declaration, sent: Sent, wrong: Collection[str]) -> tuple[Field, ...]:
    """The fields, with what was ``sent``; ``wrong`` are the JSON paths of those that cannot be read."""
    return tuple(_fields(browser, base, sent, wrong))


def _fields(browser: Browser, base: Declaration, sent: Sent, wrong: Collection[str]) -> Iterator[Field]:
    t, language = browser.t, browser.language

    def field(name: str, label: str, kind: str = "text", most: int = 200, hint: str = "", path: str = "") -> Field:
        is_wrong = (path or f"$.{name}") in wrong
        value = sent.one(name)
        return Field(
            name=name, label=label, kind=kind, value=value, hint=hint, required=False, wrong=is_wrong, most=most
        )

    for tag in _LANGUAGES:
        yield field(f"name_{tag}", t(f"name_{tag}"), most=1_000, path=f"$.product_name.{tag}")
    for name in _ONE_VALUE:
        label = label_of(f"$.{name}", language)
        example = t("for_example", example=_EXAMPLES[name]) if name in _EXAMPLES else ""
        if name in _CHOICES:
            choices = tuple(
                Option(value, words.text(language), sent.one(name) == value) for value, words in _CHOICES[name].items()
            )
            yield Field(name=name, label=label, kind="choice", required=False, options=(Option("", ""), *choices))
        else:
            in_unit = f"{label} (kg CO₂e)" if name in _FIGURES else label
            yield field(name, in_unit, "date" if name in _DATES else "text", hint=example)
        if name == "gwp_luluc" and _has_simple_stages(base):
            for code in _STAGES:
                yield field(f"stage_{code}", f"{STAGES[code].text(language)} (kg CO₂e)")
    hint = t("for_example", example="ISO 14067:2018, GB/T 24067-2024")
    yield field("standards", label_of("$.standards", language), most=1_000, hint=hint)


def _has_simple_stages(declaration: Declaration) -> bool:
    """Whether the form can show its stages: those of the life cycle, each once."""
    codes = [stage.code for stage in declaration.stages]
    return set(codes) <= set(_STAGES) and len(set(codes)) == len(codes)


def _raw(declaration: Declaration) -> dict[str, Any]:
    raw: dict[str, Any] = msgspec.to_builtins(declaration)
    return {name: value for name, value in raw.items() if name not in _SET_BY_THE_REGISTRY}
