"""Construction products in the modules of EN 15804+A2, and buildings per square meter and year."""

import pytest

from schemas.declaration import Stage
from schemas.findings import findings
from tests.schemas.test_findings_samples import place, seen, sound, stages

END = {"C1": "0.1", "C2": "0.1", "C3": "0.1", "C4": "0.1", "D": "-0.4"}


def modules(**values: str) -> tuple[Stage, ...]:
    return stages(**values)


WHOLE = (
    (*(Stage(code=one.code, gwp=one.gwp) for one in modules(A1="0.5", A2="0.5", A3="0.3", **END)),),
    (*stages(**{"A1-A3": "1.3"}), *modules(**END)),
    (*stages(**{"A1-A3": "1.1"}), *modules(A4="0.1", A5="0.1", B1="0", B7="0", **END)),
)


@pytest.mark.parametrize("declared", WHOLE)
def test_a_product_in_all_modules_is_sound_and_module_d_lies_outside_its_total(declared: tuple[Stage, ...]) -> None:
    assert findings(sound(standards=("EN 15804+A2",), stages=declared)) == []


@pytest.mark.parametrize("lacking", ["A1-A3", *END])
def test_each_module_that_must_be_there_is_missed(lacking: str) -> None:
    declared = tuple(one for one in WHOLE[1] if one.code != lacking)
    found = [one for one in findings(sound(standards=("EN 15804+A2",), stages=declared)) if one.code == "stage-modules"]
    assert [f" {lacking}" in one.message["en"] for one in found] == [True]
    assert [lacking in one.message["zh"] for one in found] == [True]


def test_a_module_that_is_not_known_is_declared_as_such() -> None:
    declared = (*stages(**{"A1-A3": "1.3"}), *stages(C1=None, C2="0.1", C3="0.1", C4="0.1", D=None))
    assert findings(sound(standards=("EN 15804+A2",), stages=declared)) == []


def test_other_standards_and_places_need_no_modules() -> None:
    assert findings(sound(standards=("ISO 14067",))) == []
    assert findings(place(standards=("EN 15804+A2",), stages=modules(B6="1.2", B7="0.5"))) == []


def test_a_building_declares_per_square_meter_and_year() -> None:
    assert findings(place(standards=("EN 15978",), stages=(*stages(**{"A1-A3": "1.1"}), *modules(B6="0.6")))) == []
    assert ("place-unit", "$.declared_unit", "error") in seen(findings(place(declared_unit="piece")))
