"""What holds for every finding: its code is in the table, its message a sentence in two languages; and none raises."""

import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

import schemas.findings
from schemas.declaration import Declaration
from schemas.findings import UNSIGNED, Finding, component_standing, findings, publication_findings
from schemas.reading import read_declaration
from tests.schemas import test_findings_form, test_findings_numbers, test_findings_registered
from tests.schemas.test_findings_registered import PUBLICATION, REGISTERED, STANDING
from tests.schemas.test_findings_samples import OPERATOR, TODAY, Register, facts, sound

FOUND = [*test_findings_form.FOUND, *test_findings_numbers.FOUND, *test_findings_registered.FOUND]
TABLE = set(re.findall(r"^\| ([a-z0-9-]+) \| (?:error|warning)", schemas.findings.__doc__ or "", re.MULTILINE))


def test_the_table_of_codes_is_complete_and_each_code_has_a_case() -> None:
    cases = {case[0] for table in (FOUND, REGISTERED, STANDING, PUBLICATION) for case in table}
    assert cases | {"form", "signature", UNSIGNED.code} == TABLE


def every_finding() -> list[Finding]:
    found = [finding for *_, declaration in FOUND for finding in findings(declaration)]
    found += [finding for *_, declaration, register in REGISTERED for finding in findings(declaration, register)]
    found += [
        finding for *_, declaration, register in STANDING for finding in component_standing(declaration, register)
    ]
    found += [
        finding for *_, declaration in PUBLICATION for finding in publication_findings(declaration, OPERATOR, TODAY)
    ]
    found += read_declaration({"gtin": 1, "gwp_total": 1.5, "stages": [{}, 5], "colour": 1, "boundary": "gate"})[1]
    return found


WHOLE_SENTENCE: dict[str, Callable[[str], bool]] = {
    "en": lambda words: re.fullmatch(r"[A-Z].*\.", words, re.DOTALL) is not None and not re.search("[一-鿿]", words),
    "zh": lambda words: re.search("[一-鿿]", words) is not None and words.endswith("。"),
}


def test_every_finding_is_a_whole_sentence_in_english_and_chinese() -> None:
    for finding in [*every_finding(), UNSIGNED]:
        assert finding.code in TABLE
        assert list(finding.message) == ["en", "zh"]
        if "零碳" not in finding.message["en"]:  # the declaration's own words, quoted
            assert all(is_whole(finding.message[language]) for language, is_whole in WHOLE_SENTENCE.items()), finding


def test_every_finding_but_of_a_whole_declaration_names_its_path() -> None:
    for finding in every_finding():
        assert all(finding.path.removeprefix("$.") in words for words in finding.message.values()), finding


def test_every_finding_can_be_printed_and_sent() -> None:
    for finding in every_finding():
        words = msgspec.json.encode(finding).decode()
        assert words.isprintable()


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ["09521234543213", "9521234567899", "urn:gtin:1", "CN", "carbon neutral", "PACT v3", "https://a.org", "0f" * 32]
)
ANY_DECIMAL = st.decimals() | st.sampled_from([Decimal("1E+999999999"), Decimal("sNaN"), Decimal("1E-99"), Decimal(1)])


def anything_of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Any value that a field of this type may hold, whether it makes sense or not."""
    match kind:
        case inspect.Metadata():
            return anything_of(kind.type)
        case inspect.UnionType():
            return st.one_of(*map(anything_of, kind.types))
        case inspect.StructType():
            return st.builds(kind.cls, **{field.name: anything_of(field.type) for field in kind.fields})
        case inspect.VarTupleType():
            return st.lists(anything_of(kind.item_type), max_size=3).map(tuple)
        case inspect.DictType():
            return st.dictionaries(st.sampled_from(["en", "zh"]) | ANY_TEXT, ANY_TEXT, max_size=3)
        case inspect.EnumType():
            return st.sampled_from(list(kind.cls))
        case inspect.DecimalType():
            return ANY_DECIMAL
        case inspect.DateType():
            return st.dates()
        case inspect.UUIDType():
            return st.uuids()
        case inspect.IntType():
            return st.integers(-1, 9) | st.integers()
        case inspect.NoneType():
            return st.none()
        case _:
            return ANY_TEXT


REGISTER = Register(
    {"09521234543213": "other"},
    {1: facts(components=(1, 2, 3)), 2: facts("09521234543213"), 3: facts(declared_amount=Decimal(0))},
)


@settings(max_examples=100)
@given(anything_of(inspect.type_info(Declaration)))
def test_any_declaration_gets_findings_never_an_exception(declaration: Declaration) -> None:
    for finding in findings(declaration, REGISTER) + publication_findings(declaration, OPERATOR, TODAY):
        assert finding.code in TABLE
        assert list(finding.message) == ["en", "zh"]
        assert all(words.isprintable() for words in finding.message.values())
        msgspec.json.encode(finding)


def test_the_answer_does_not_depend_on_the_callers_decimal_context() -> None:
    declaration = sound(gwp_fossil=Decimal("1.651"), gwp_biogenic=Decimal("0.002"), gwp_luluc=Decimal("0.011"))
    with localcontext(prec=1):
        assert findings(declaration) == []


EPD = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "epd" / "ibu_2-schicht-parkett.xml"
EPD_TAG = "{http://www.iai.kit.edu/EPD/2013}"
INDICATORS = {
    "gwp_total": "6a37f984-a4b3-458a-a20a-64418c145fa2",
    "gwp_fossil": "5f635281-343e-44fb-83df-1971b155e6b6",
    "gwp_biogenic": "2356e1ab-0185-4db5-86e5-16de51c7485c",
    "gwp_luluc": "4331bbdb-978a-490d-8707-eeb047f01a55",
}


def modules_of_the_epd() -> dict[tuple[str, str], dict[str, Decimal]]:
    """GWP total, fossil, biogenic and luluc of each module and scenario of a real EPD, as printed."""
    modules: dict[tuple[str, str], dict[str, Decimal]] = {}
    field_of = {uuid: field for field, uuid in INDICATORS.items()}
    for result in ElementTree.parse(EPD).iter("{http://lca.jrc.it/ILCD/Process}LCIAResult"):
        method = result.find("{http://lca.jrc.it/ILCD/Process}referenceToLCIAMethodDataSet")
        field = field_of.get("" if method is None else method.get("refObjectId", ""))
        for amount in result.iter(f"{EPD_TAG}amount") if field else ():
            module = (amount.get(f"{EPD_TAG}module", ""), amount.get(f"{EPD_TAG}scenario", ""))
            modules.setdefault(module, {})[field or ""] = Decimal(f"{Decimal(amount.text or ''):f}")
    return modules


@pytest.mark.skipif(not EPD.exists(), reason="the EPD of shared/data/epd is not on this machine")
def test_every_module_of_a_real_epd_adds_up_within_its_printed_digits() -> None:
    modules = modules_of_the_epd()
    assert len(modules) == 11
    for printed in modules.values():
        assert set(printed) == set(INDICATORS)
        assert "gwp-sum" not in {finding.code for finding in findings(sound(**printed))}
        wrong = printed | {"gwp_total": printed["gwp_total"] + Decimal("1.6")}
        assert "gwp-sum" in {finding.code for finding in findings(sound(**wrong))}
