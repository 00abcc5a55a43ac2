"""Digits, two to a byte."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.packed_digits import LOW, pack_digits, packed_size, unpack_digits

DIGITS = st.text("0123456789", max_size=400)


@given(DIGITS)
def test_digits_come_back(digits: str) -> None:
    packed = pack_digits(digits)
    assert len(packed) == packed_size(len(digits))
    assert unpack_digits(packed, len(digits)) == digits


@given(DIGITS, DIGITS)
def test_no_two_are_packed_alike(one: str, other: str) -> None:
    assert (pack_digits(one) == pack_digits(other) and len(one) == len(other)) == (one == other)


def test_the_last_digits_stand_at_the_right() -> None:
    packed = pack_digits("1" + "2" * LOW + "3" * LOW)
    assert packed == b"\x1f" + b"\x23" * LOW
    assert pack_digits("45") == b"\xf4\xf5"


@given(st.binary(max_size=300), st.integers(0, 400))
def test_anything_may_be_unpacked(packed: bytes, count: int) -> None:
    assert len(unpack_digits(packed, count)) <= 2 * len(packed)
