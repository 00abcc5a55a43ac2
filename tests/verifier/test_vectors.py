"""Every case of the label's test vectors, which other software made: we find what they say must be found."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys import PublicKey
from schemas.declaration import Boundary, DeclaredUnit
from verifier import inspect_label

KEPT = Path(__file__).parent / "vectors" / "label-v1.json"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "label-v1.json"
VECTORS = json.loads((SHARED if SHARED.exists() else KEPT).read_text())

RAW = {key["kid"]: bytes.fromhex(key["x"]) for key in VECTORS["keys"]}
KEYS = {
    "raw bytes": RAW,
    "keys of cryptography": {kid: Ed25519PublicKey.from_public_bytes(x) for kid, x in RAW.items()},
    "our keys": {kid: PublicKey.load(x) for kid, x in RAW.items()},
}
UNITS = dict(
    enumerate(
        (
            *("kilogram", "liter", "cubic meter", "kilowatt hour", "megajoule", "ton kilometer", "square meter"),
            *("piece", "hour", "megabit second"),
        ),
        1,
    )
)
BOUNDARIES = {1: "cradle-to-gate", 2: "cradle-to-grave", 3: "cradle-to-consumption"}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared vectors are not beside this checkout")
def test_the_vectors_kept_here_are_the_shared_ones() -> None:
    assert KEPT.read_bytes() == SHARED.read_bytes()


@pytest.mark.parametrize("form", KEYS)
@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_finding_is_the_one_expected(case: dict[str, Any], form: str) -> None:
    found = inspect_label(case["label"], KEYS[form])
    if case["expect"] == "not-authentic":
        assert found.finding in {"forged", "unknown-key", "unreadable"}
    else:
        assert found.finding == case["expect"]
    assert (found.claims is not None) == (case["expect"] == "authentic")
    assert found.reason


@pytest.mark.parametrize("case", [case for case in VECTORS["cases"] if "claims" in case], ids=lambda case: case["name"])
def test_the_claims_are_the_ones_signed_field_by_field(case: dict[str, Any]) -> None:
    found, said = inspect_label(case["label"], RAW), case["claims"]
    assert found.claims is not None
    assert found.path is not None
    assert found.path.text == said["path"]
    assert found.claims.record == said["record"]
    assert found.claims.leaf16.hex() == said["leaf16"]
    for figure, (mantissa, exponent) in (
        (found.claims.footprint, said["footprint"]),
        (found.claims.amount, said["amount"]),
    ):
        assert figure == Decimal(mantissa).scaleb(exponent)
        assert figure.as_tuple().exponent == exponent  # to the digit: 8.80 is not 8.8
    assert found.claims.unit == DeclaredUnit(UNITS[said["unit"]])
    assert found.claims.boundary == Boundary(BOUNDARIES[said["boundary"]])
    assert found.claims.year == said["year"]
    assert found.claims.issued == date.fromisoformat(said["issued"])
    assert found.claims.expires == date.fromisoformat(said["expires"])


def test_every_kind_of_finding_has_a_case() -> None:
    kinds = {"authentic", "forged", "unknown-key", "unsigned", "unreadable", "not-authentic"}
    assert {case["expect"] for case in VECTORS["cases"]} == kinds
