"""Rules of numbers, periods and claims: sums, signs, ranges, validity, plausibility, words of neutrality."""

import re
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from schemas.declaration import Declaration, DeclaredUnit
from schemas.findings import findings
from tests.schemas.test_findings_samples import OFFSET, component, decimals, quality, seen, sound, stages

BIO = decimals(gwp_total="-1.2", gwp_fossil="0.3", gwp_biogenic="-1.5", gwp_luluc="0.0")
CLAIM = {"en": "A carbon neutral beam"}
CLAIMING = {"claims": CLAIM, "offsets": (OFFSET,)}
UNTIL_BAN, BEFORE_BAN = date(2026, 9, 27), date(2026, 9, 26)

# code, path and severity that a declaration must give
FOUND: list[tuple[str, str, str, Declaration]] = [
    (
        "gwp-sum",
        "$.gwp_total",
        "error",
        sound(**decimals(gwp_total="1.8", gwp_fossil="1.6521", gwp_biogenic="0.00", gwp_luluc="0.00")),
    ),
    (
        "gwp-sum",
        "$.gwp_total",
        "error",
        sound(**decimals(gwp_total="1.70", gwp_fossil="1.65", gwp_biogenic="0.00", gwp_luluc="0.00")),
    ),
    ("stage-modules", "$.stages", "warning", sound(standards=("EN 15804+A2:2019",), stages=stages(A1="1", A2="0.7"))),
    ("stage-mixed", "$.stages[1].code", "error", sound(stages=stages(A1="1", use="0.7"))),
    ("stage-twice", "$.stages[1].code", "error", sound(stages=(*stages(A1="1"), *stages(A1="0.7")))),
    ("stage-twice", "$.stages[0].code", "error", sound(stages=stages(A1="1", A1_A3="1.7"))),
    ("stage-twice", "$.stages[1].code", "error", sound(stages=stages(A1_A3="1.7", A3="0"))),
    (
        "stage-sum",
        "$.stages",
        "warning",
        sound(stages=stages(production="1.00", use="0.62"), gwp_total=Decimal("1.70")),
    ),
    ("stage-sum", "$.stages", "error", sound(stages=stages(production="1.00", use="0.61"), gwp_total=Decimal("1.70"))),
    (
        "stage-sum",
        "$.stages",
        "warning",
        sound(stages=stages(production="1.0"), stage_sum_reason={"en": "Use left out."}),
    ),
    ("stage-sum", "$.stages", "error", sound(stages=stages(production="1.0"), stage_sum_reason={"en": " "})),
    ("stage-sum", "$.stages", "error", sound(stages=stages(production="1.0"), gwp_total=Decimal("0.0"))),
    ("validity", "$.valid_until", "error", sound(valid_until=date(2031, 3, 2))),
    ("validity", "$.valid_until", "error", sound(valid_from=date(2028, 2, 29), valid_until=date(2033, 3, 1))),
    ("validity", "$.valid_until", "error", sound(valid_until=date(2028, 3, 2), standards=("GB/T 24067-2024",))),
    ("validity", "$.valid_until", "error", sound(valid_until=date(2029, 1, 1), standards=("PACT v3",))),
    (
        "reference-old",
        "$.reference_end",
        "warning",
        sound(reference_start=date(2019, 1, 1), reference_end=date(2021, 2, 28)),
    ),
    ("positive", "$.declared_amount", "error", sound(declared_amount=Decimal(0))),
    ("positive", "$.offsets[0].amount", "error", sound(offsets=(msgspec.structs.replace(OFFSET, amount=Decimal(-1)),))),
    ("positive", "$.components[0].amount", "error", sound(components=(component(amount="0"),))),
    ("sign", "$.gwp_total", "error", sound(gwp_total=Decimal("-1"))),
    ("sign", "$.gwp_fossil", "error", sound(gwp_fossil=Decimal("-1"))),
    ("sign", "$.gwp_luluc", "error", sound(gwp_luluc=Decimal("-1"))),
    ("sign", "$.biogenic_uptake", "error", sound(biogenic_uptake=Decimal("1"))),
    ("sign", "$.removals", "error", sound(removals=Decimal("0.1"))),
    ("sign", "$.mass_per_unit", "error", sound(mass_per_unit=Decimal("-1"))),
    ("sign", "$.stages[1].gwp", "error", sound(stages=stages(A1="2.0", B1="-0.3"))),
    ("sign", "$.stages[0].gwp", "error", sound(stages=stages(A1_A3="-0.3", A4="2.0"))),
    ("mass", "$.mass_per_unit", "error", sound(mass_per_unit=Decimal("2"))),
    ("mass", "$.mass_per_unit", "error", sound(mass_per_unit=Decimal("0"))),
    ("range", "$.primary_data_share", "error", sound(primary_data_share=Decimal("100.1"))),
    ("range", "$.exempted_share", "error", sound(exempted_share=Decimal("-1"))),
    ("range", "$.dqi.technological", "error", sound(dqi=quality("3.1"))),
    ("range", "$.dqi.technological", "error", sound(dqi=quality("0.9", 5))),
    ("range", "$.dqi.worst", "error", sound(dqi=quality("1", 4))),
    ("range", "$.version", "error", sound(version=10**5000)),
    ("plausibility", "$.gwp_total", "warning", sound(gwp_total=Decimal("0.13"))),
    ("plausibility", "$.gwp_total", "warning", sound(gwp_total=Decimal("417"))),
    (
        "plausibility",
        "$.gwp_total",
        "warning",
        sound(declared_unit=DeclaredUnit.PIECE, mass_per_unit=Decimal(100), declared_amount=Decimal(2)),
    ),
    ("claim", "$.claims.en", "warning", sound(claims=CLAIM)),
    ("claim", "$.product_name.zh", "warning", sound(product_name={"zh": "零碳空间"})),
    ("claim", "$.description.de", "warning", sound(description={"de": "CO₂‑neutral hergestellt"})),
    ("claim", "$.claims.en", "error", sound(**CLAIMING)),
    ("claim", "$.claims.en", "error", sound(**CLAIMING, target_markets=("CN", "DE"))),
    ("claim", "$.claims.en", "error", sound(**CLAIMING, target_markets=("EU",), valid_until=UNTIL_BAN)),
    ("claim", "$.claims.en", "warning", sound(**CLAIMING, target_markets=("EU",), valid_until=BEFORE_BAN)),
    ("claim", "$.claims.en", "warning", sound(**CLAIMING, target_markets=("CN", "US"))),
]


@pytest.mark.parametrize(("code", "path", "severity", "declaration"), FOUND)
def test_a_broken_rule_is_found_at_its_path(code: str, path: str, severity: str, declaration: Declaration) -> None:
    assert (code, path, severity) in seen(findings(declaration))


# what must give no finding of that code
NOT_FOUND: list[tuple[str, Declaration]] = [
    ("gwp-sum", sound(**decimals(gwp_total="1.7", gwp_fossil="1.6521", gwp_biogenic="0", gwp_luluc="0"))),
    ("gwp-sum", sound(**decimals(gwp_total="9", gwp_fossil="1", gwp_biogenic="1", gwp_luluc=None))),
    ("gwp-sum", sound(**decimals(gwp_total="9", gwp_fossil="1", gwp_biogenic=None, gwp_luluc="1"))),
    ("gwp-sum", sound(**decimals(gwp_total="9", gwp_fossil=None, gwp_biogenic="1", gwp_luluc="1"))),
    ("stage-sum", sound(stages=stages(raw_material="1.0", production="0.6"))),
    ("stage-sum", sound(stages=stages(A1_A3="1.7", D="-9"))),
    ("stage-sum", sound(stages=stages(production="1", use=None))),
    ("stage-sum", sound(stages=stages(A1_A3="1.7", A1="1.0", A2="0.5", A3="0.2"))),
    ("stage-sum", sound(stages=stages(D="-9"))),
    ("stage-sum", sound(stages=stages(A1="1", use="100"))),
    ("stage-twice", sound(stages=(*stages(use="1"), *stages(use="0.7")))),
    ("validity", sound(valid_until=date(2031, 3, 1))),
    ("validity", sound(valid_from=date(2028, 2, 29), valid_until=date(2033, 2, 28))),
    ("validity", sound(valid_until=date(2028, 12, 31), standards=("PACT v3",))),
    ("validity", sound(valid_from=date(9996, 1, 1), valid_until=date.max)),
    ("reference-old", sound(reference_start=date(2020, 1, 1), reference_end=date(2021, 3, 1))),
    ("reference-old", sound(reference_start=date(9998, 1, 1), reference_end=date.max)),
    ("sign", sound(**BIO, stages=stages(A1_A3="-1.2"))),
    ("sign", sound(biogenic_uptake=Decimal("-20"), stages=stages(A1_A3="-10.3", C3="12.0", D="-4"))),
    ("sign", sound(stages=stages(use="1.8", end_of_life="-0.1"))),
    ("sign", sound(stages=stages(A1="1.8", C4="-0.1"))),
    ("sign", sound(biogenic_uptake=Decimal(0), removals=Decimal("-1"))),
    ("mass", sound(mass_per_unit=Decimal("1.000"))),
    ("range", sound(primary_data_share=Decimal(0), exempted_share=Decimal(100), dqi=quality("4.5", 5))),
    ("plausibility", sound(gwp_total=Decimal("0.14"))),
    ("plausibility", sound(gwp_total=Decimal("416"))),
    ("plausibility", sound(gwp_total=Decimal("9999"), declared_unit=DeclaredUnit.PIECE)),
    (
        "plausibility",
        sound(gwp_total=Decimal("9999"), declared_unit=DeclaredUnit.KILOWATT_HOUR, mass_per_unit=Decimal(0)),
    ),
    ("plausibility", sound(declared_amount=Decimal(0))),
    ("claim", sound(description={"en": "Low carbon steel, 30 % less CO2 than in 2020", "zh": "低碳钢 碳钢"})),
    ("claim", sound(description={"en": "Hydrocarbon free, internet zero, nonzero carbonation"})),
    ("claim", sound(offsets=(OFFSET,))),
]


@pytest.mark.parametrize(("code", "declaration"), NOT_FOUND)
def test_what_a_rule_allows_is_not_found(code: str, declaration: Declaration) -> None:
    assert code not in {finding.code for finding in findings(declaration)}


def test_a_number_that_is_unfit_is_left_out_of_sums_and_the_rest_is_still_judged() -> None:
    declaration = sound(
        **decimals(gwp_total="1.7", gwp_fossil="9", gwp_biogenic="NaN", gwp_luluc="0"),
        stages=stages(A1="1E+999999999", B1="-1"),
        exempted_share=Decimal(200),
    )
    codes = {finding.code for finding in findings(declaration)}
    assert codes == {"number-form", "sign", "range"}


def test_the_message_of_a_validity_names_the_shortest_limit() -> None:
    all_three = ("GB/T 24067-2024", "PACT v3")
    [finding] = findings(sound(standards=all_three, valid_until=date(2028, 3, 2)))
    assert "GB/T 24067-2024" in finding.message["en"]
    assert "2028-03-01" in finding.message["zh"]
    [finding] = findings(sound(standards=all_three, valid_from=date(2027, 6, 1), valid_until=date(2029, 1, 1)))
    assert "reference_end" in finding.message["en"]


def test_the_message_of_a_stage_sum_states_sum_total_and_difference() -> None:
    [finding] = findings(sound(stages=stages(production="1.00", use="0.61"), gwp_total=Decimal("1.70")))
    for words in finding.message.values():
        assert all(number in words for number in ("1.61", "1.7", "0.09", "5.3"))


PHRASES = """
carbon neutral|Carbon-Neutrality|CLIMATE NEUTRAL|CO2 neutral|CO₂‑neutral|ＮＥＴ　ＺＥＲＯ|net-zero|zero carbon
carbon free|climate positive|carbon negative|carbon compensated|carbon offset|climate net zero|reduced climate impact
car\u00adbon neu\u200btral|碳中和|碳 中 和|二氧化碳中和|零碳|近零碳|净零|淨零排放|气候中和|氣候中和|负碳|碳抵消|碳补偿
klimaneutral|CO2-neutral|Netto-Null|klimakompensiert|neutre en carbone|Neutralité carbone|zéro carbone
neutro en carbono|neutralidad de carbono|neutro em carbono|neutralità climatica|klimaatneutraal|klimatneutral
neutralny dla klimatu|karbonnøytral|カーボンニュートラル|ゼロカーボン|탄소중립|탄소 중립
"""


@pytest.mark.parametrize("phrase", re.split(r"[|\n]", PHRASES.strip()))
def test_a_claim_of_climate_neutrality_is_recognised_in_many_languages(phrase: str) -> None:
    found = findings(sound(claims={"en": f"Now {phrase}!"}))
    assert [finding.code for finding in found] == ["claim"]
    assert "2024/825" in found[0].message["en"]
