"""Log entries: their leaf hash, their JSON without floats, and the claims that every label of a record carries."""

from datetime import date
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.home import Config
from registry.records.credential import credential, party
from schemas.declaration import Declaration
from schemas.entry import Credential, claims_of, leaf_hash
from tests.world import CHECKER, MAKER, ORIGIN, VERIFICATION, a_declaration

LEAF = bytes(range(32))


def a_credential(declaration: Declaration) -> Credential:
    return credential(
        msgspec.structs.replace(declaration, owner=MAKER.id, verification=VERIFICATION),
        config=Config(name="Low-Carbon Alliance", origin=ORIGIN),
        key_path="/01/09520000000004",
        owner=party(MAKER),
        verifier=party(CHECKER),
        record=7,
        nonce="0f" * 16,
        issued=date(2026, 5, 1),
    )


@given(st.binary(max_size=200))
def test_the_leaf_hash_is_that_of_rfc_6962(entry: bytes) -> None:
    assert leaf_hash(entry) == sha256(b"\x00" + entry).digest()


def test_the_leaf_hash_of_nothing_is_the_known_one() -> None:
    # Certificate Transparency's own test value for the empty leaf
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_the_claims_follow_from_the_entry_alone() -> None:
    declared = a_declaration(0)
    claims = claims_of(a_credential(declared), LEAF)
    assert (claims.record, claims.leaf16) == (7, LEAF[:16])
    assert (claims.footprint, claims.amount, claims.unit) == (
        declared.gwp_total,
        declared.declared_amount,
        declared.declared_unit,
    )
    assert (claims.boundary, claims.year) == (declared.boundary, 2025)
    assert (claims.issued, claims.expires) == (date(2026, 5, 1), declared.valid_until)


@pytest.mark.parametrize("field", ["gwp_total", "declared_amount", "declared_unit", "boundary", "reference_end"])
def test_a_declaration_that_lacks_what_a_label_says_has_no_claims(field: str) -> None:
    with pytest.raises(ValueError, match="a label needs"):
        claims_of(a_credential(a_declaration(0, **{field: None})), LEAF)


def test_an_entry_has_no_floats_and_reads_back_the_same() -> None:
    made = a_credential(a_declaration(0))
    payload = msgspec.json.encode(made)
    assert msgspec.json.decode(payload, type=Credential) == made
    assert not list(floats(msgspec.json.decode(payload)))


def floats(value: object) -> list[float]:
    if isinstance(value, float):
        return [value]
    if isinstance(value, dict):
        return [found for item in value.values() for found in floats(item)]
    return [found for item in value for found in floats(item)] if isinstance(value, list) else []
