"""The label's codec: what is written is read back, and nothing is read that would not be written so.

Signatures, and whole texts that somebody changed, are in tests.verifier.test_inspect.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import cbor2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.declaration import Boundary, DeclaredUnit
from schemas.gs1 import Gs1Path
from schemas.label import (
    MAX_DIGITS,
    LabelClaims,
    Token,
    UnreadableLabel,
    encode_claims,
    encode_token,
    label_url,
    parse_claims,
    parse_label,
    parse_token,
    signed_message,
)
from tests.schemas.test_gs1 import paths
from tests.verifier.labels import CLAIMS, claims

tokens = st.builds(
    Token,
    kid=st.binary(min_size=8, max_size=8).map(bytes.hex),
    payload=st.binary(max_size=90),
    signature=st.binary(min_size=64, max_size=64),
)


class TestClaims:
    @given(claims)
    def test_what_is_written_is_read_back(self, said: LabelClaims) -> None:
        read = parse_claims(encode_claims(said))
        assert read == said
        assert read.footprint.as_tuple() == said.footprint.as_tuple() or said.footprint.is_zero()
        assert read.amount.as_tuple() == said.amount.as_tuple()

    @given(claims)
    def test_it_is_the_canonical_cbor_of_cbor2(self, said: LabelClaims) -> None:
        payload = encode_claims(said)
        assert cbor2.dumps(cbor2.loads(payload), canonical=True) == payload

    @given(st.data())
    def test_accepted_is_exactly_what_cbor2_decodes_and_writes_again_the_same_in_the_form_allowed(
        self, data: st.DataObject
    ) -> None:
        payload = data.draw(anything_like_claims)
        try:
            read = parse_claims(payload)
        except UnreadableLabel:
            assert not allowed(payload)
        else:
            assert allowed(payload)
            assert encode_claims(read) == payload

    @pytest.mark.parametrize(
        "wrong",
        [
            {"leaf16": bytes(15)},
            {"amount": Decimal(0)},
            {"amount": Decimal(-1)},
            {"expires": date(2026, 4, 30)},
            {"footprint": Decimal("0.0000000001")},
            {"footprint": Decimal(2**64)},
            {"footprint": Decimal("1E+19")},
            {"record": 2**64},
            {"footprint": Decimal("Infinity")},
            {"footprint": Decimal("NaN")},
        ],
        ids=str,
    )
    def test_claims_that_a_label_cannot_carry_are_not_written(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError):
            encode_claims(msgspec.structs.replace(CLAIMS, **wrong))

    def test_the_ten_units_and_three_boundaries_have_their_numbers(self) -> None:
        units = [cbor2.loads(encode_claims(msgspec.structs.replace(CLAIMS, unit=unit)))[4] for unit in DeclaredUnit]
        assert dict(zip(units, DeclaredUnit, strict=True)) == {
            1: "kilogram",
            2: "liter",
            3: "cubic meter",
            4: "kilowatt hour",
            5: "megajoule",
            6: "ton kilometer",
            7: "square meter",
            8: "piece",
            9: "hour",
            10: "megabit second",
        }
        bounds = [cbor2.loads(encode_claims(msgspec.structs.replace(CLAIMS, boundary=it)))[6] for it in Boundary]
        assert dict(zip(bounds, Boundary, strict=True)) == {
            1: "cradle-to-gate",
            2: "cradle-to-grave",
            3: "cradle-to-consumption",
        }


def allowed(payload: bytes) -> bool:
    """The form of label.md, judged by cbor2 alone."""
    try:
        value = cbor2.loads(payload)
        again = cbor2.dumps(value, canonical=True)
    except Exception:  # any: it is not CBOR then
        return False
    if type(value) is not list or len(value) != 10 or again != payload:
        return False
    profile, record, leaf, footprint, unit, amount, boundary, year, issued, expires = value
    unsigned = (profile, record, unit, boundary, year, issued, expires)
    return (
        all(type(number) is int and 0 <= number < 2**64 for number in unsigned)
        and type(leaf) is bytes
        and len(leaf) == 16
        and is_figure(footprint)
        and is_figure(amount)
        and profile == 1
        and 1 <= unit <= 10
        and 1 <= boundary <= 3
        and year <= 9999
        and amount > 0
        and issued <= expires <= (date.max - date(1970, 1, 1)).days
    )


def is_figure(value: object) -> bool:
    if type(value) is int:
        return -(2**64) <= value < 2**64
    if not isinstance(value, Decimal):
        return False
    sign, digits, exponent = value.as_tuple()
    mantissa = int("".join(map(str, digits))) * (-1 if sign else 1)
    return exponent in range(-9, 0) and -(2**64) <= mantissa < 2**64


_item = (
    st.sampled_from(
        [0, 1, 2, 3, 10, 11, 23, 24, 255, 256, 65535, 65536, 2**32, 2**64 - 1, -1, -25, True, None, 1.5, ""]
    )
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6)
    | st.builds(lambda exponent, mantissa: cbor2.CBORTag(4, [exponent, mantissa]), st.integers(-11, 2), st.integers())
    | st.binary(min_size=15, max_size=17)
)


@st.composite
def _nearly(draw: st.DrawFn) -> bytes:
    """Sound claims with some items replaced, added or left out."""
    items: list[Any] = cbor2.loads(encode_claims(draw(claims)))
    for _ in range(draw(st.integers(0, 2))):
        items[draw(st.integers(0, 9))] = draw(_item)
    if draw(st.integers(0, 9)) == 0:
        items = items[:9] if draw(st.booleans()) else [*items, 0]
    return cbor2.dumps(items, canonical=draw(st.booleans()))


@st.composite
def _spoilt(draw: st.DrawFn) -> bytes:
    """Sound claims with some bytes changed, put in or taken out."""
    payload = bytearray(encode_claims(draw(claims)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(payload) - 1))
        payload[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(payload)


@st.composite
def _longer_heads(draw: st.DrawFn) -> bytes:
    """Sound claims, each integer with a head of any length."""
    items: list[Any] = cbor2.loads(encode_claims(draw(claims)))
    out = b"\x8a"
    for item in items:
        if type(item) is int and item >= 0:
            size = draw(st.sampled_from([0, 0, 0, 1, 2, 4, 8]))
            if size and item < 1 << (8 * size):
                out += bytes((23 + size.bit_length(),)) + item.to_bytes(size)
                continue
        out += cbor2.dumps(item, canonical=True)
    return out


anything_like_claims = _nearly() | _spoilt() | _longer_heads() | st.binary(max_size=100)


class TestToken:
    @given(tokens)
    def test_what_is_written_is_read_back(self, token: Token) -> None:
        data = encode_token(token)
        assert parse_token(str(int.from_bytes(data))) == token

    @given(tokens, st.binary(max_size=3), st.integers(0, 20))
    def test_whatever_is_read_is_byte_for_byte_what_would_be_written(
        self, token: Token, spoilt: bytes, at: int
    ) -> None:
        data = encode_token(token)
        place = at if at < 19 else len(data) - 66
        data = data[:place] + spoilt + data[place + len(spoilt) :]
        try:
            read = parse_token(str(int.from_bytes(data)))
        except UnreadableLabel:
            return
        assert encode_token(read) == data

    @given(tokens)
    def test_it_is_a_tagged_cose_sign1_of_one_form(self, token: Token) -> None:
        tagged = cbor2.loads(encode_token(token))
        protected, unprotected, payload, signature = tagged.value
        assert tagged.tag == 18
        assert cbor2.loads(protected) == {1: -8, 4: bytes.fromhex(token.kid)}
        assert (dict(unprotected), payload, signature) == ({}, token.payload, token.signature)

    @given(tokens, paths)
    def test_the_signature_covers_key_path_and_payload(self, token: Token, path: Gs1Path) -> None:
        protected = cbor2.dumps({1: -8, 4: bytes.fromhex(token.kid)}, canonical=True)
        assert cbor2.loads(signed_message(token.kid, path, token.payload)) == [
            "Signature1",
            protected,
            b"carbonlabel:1" + path.text.encode(),
            token.payload,
        ]

    @given(tokens, paths)
    def test_the_url_gives_path_and_digits_back(self, token: Token, path: Gs1Path) -> None:
        url = label_url("ID.example.org", path, encode_token(token))
        assert url.startswith("https://id.example.org/")
        digits = str(int.from_bytes(encode_token(token)))
        if len(digits) > MAX_DIGITS:
            with pytest.raises(UnreadableLabel, match="token-too-long"):
                parse_label(url)
        else:
            read = parse_label(url)
            assert (read.path, read.digits) == (path, digits)
