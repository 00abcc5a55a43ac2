"""A published record is a W3C Verifiable Credential 2.0 that any JWT library verifies, given only trust.json."""

import base64
import json
from collections.abc import Generator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from registry.records.publish import Published
from registry.registry import Registry
from schemas.label import parse_claims, parse_label, parse_token
from tests.world import CHECKER, MAKER, VERIFICATION, a_declaration, gtin, log_of, new_registry, published


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("credential") / "home")) as registry:
        yield registry


@pytest.fixture(scope="module")
def record(registry: Registry) -> Published:
    return published(registry, [a_declaration(1)])[0]


@pytest.fixture(scope="module")
def entry(registry: Registry, record: Published) -> bytes:
    return log_of(registry)[record.record].jws


@pytest.fixture(scope="module")
def jwk(registry: Registry, entry: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The key that the entry names, out of trust.json as a file and nothing else."""
    file: Path = tmp_path_factory.mktemp("bundle") / "trust.json"
    file.write_bytes(registry.trust().encode())
    kid = jwt.get_unverified_header(entry)["kid"]
    (key,) = (key for key in json.loads(file.read_text())["keys"] if key["kid"] == kid)
    assert (key["use"], key["from"] <= 7, key["until"], key["state"]) == ("record", True, None, "active")
    return {name: key[name] for name in ("kty", "crv", "x")}


@pytest.fixture(scope="module")
def payload(entry: bytes) -> dict[str, Any]:
    segment = entry.split(b".")[1]
    return json.loads(base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4)))


def test_pyjwt_verifies_it(entry: bytes, jwk: dict[str, str], payload: dict[str, Any]) -> None:
    read = jwt.api_jws.decode_complete(entry, jwt.PyJWK(jwk | {"alg": "EdDSA"}), algorithms=["EdDSA"])
    assert json.loads(read["payload"]) == payload
    assert {name: read["header"][name] for name in ("alg", "typ", "cty")} == {
        "alg": "EdDSA",
        "typ": "vc+jwt",
        "cty": "vc",
    }


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")
def test_joserfc_verifies_it(entry: bytes, jwk: dict[str, str], payload: dict[str, Any]) -> None:
    read = jws.deserialize_compact(entry, OKPKey.import_key({**jwk}), algorithms=["EdDSA"])
    assert json.loads(read.payload) == payload


def test_neither_verifies_it_changed(entry: bytes, jwk: dict[str, str]) -> None:
    header, body, signature = entry.split(b".")
    other = base64.urlsafe_b64encode(base64.urlsafe_b64decode(body + b"==").replace(b'"1.7"', b'"1.6"')).rstrip(b"=")
    assert other != body
    changed = b".".join((header, other, signature))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.api_jws.decode(changed, jwt.PyJWK(jwk | {"alg": "EdDSA"}), algorithms=["EdDSA"])


def test_it_is_a_verifiable_credential_2_0(payload: dict[str, Any], record: Published) -> None:
    # VC Data Model 2.0, sections 4.3 (context first), 4.4 (type), 4.7 (issuer), 4.8 (subject), 4.9 (validity)
    assert payload["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert payload["type"][0] == "VerifiableCredential"
    assert payload["issuer"] == {"id": "https://id.example.org", "name": "Low-Carbon Alliance"}
    assert payload["id"] == f"https://id.example.org/v1/records/{record.record}"
    assert payload["credentialSubject"]["id"] == f"https://id.example.org/01/{gtin(1)}"
    assert (payload["validFrom"], payload["validUntil"]) == ("2026-03-01T00:00:00Z", "2028-03-01T23:59:59Z")
    assert not {"iat", "exp", "nbf", "vc", "vp"} & payload.keys()  # VC-JOSE-COSE, 3.1: no second truth in JWT claims


def test_it_names_owner_and_verifier_as_they_were_and_says_the_whole_declaration(payload: dict[str, Any]) -> None:
    subject = payload["credentialSubject"]
    assert (subject["owner"]["id"], subject["owner"]["name"], subject["owner"]["ids"]) == (
        MAKER.id,
        MAKER.name,
        list(MAKER.ids),
    )
    assert subject["verifier"] == {"id": CHECKER.id, "name": CHECKER.name}
    declared = subject["declaration"]
    assert (declared["gtin"], declared["gwp_total"], declared["declared_unit"]) == (gtin(1), "1.7", "kilogram")
    assert declared["verification"]["report_sha256"] == VERIFICATION.report_sha256


def test_it_holds_its_own_index_and_128_bits_that_the_registry_drew(payload: dict[str, Any], record: Published) -> None:
    assert payload["record"] == record.record
    assert len(bytes.fromhex(payload["nonce"])) == 16


def test_the_label_names_this_very_entry(entry: bytes, record: Published) -> None:
    digits = parse_label(record.label).digits
    assert digits is not None
    claims = parse_claims(parse_token(digits).payload)
    assert (claims.record, claims.leaf16) == (record.record, sha256(b"\x00" + entry).digest()[:16])
