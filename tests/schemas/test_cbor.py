"""Our CBOR: cbor2 decodes what we write to the same value, and would write the same bytes (RFC 8949, 4.2.1)."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import cbor

sixty_four_bits = st.integers(-(2**64), 2**64 - 1) | st.integers(-300, 300)
edges = [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1]


@given(sixty_four_bits)
def test_an_integer_is_what_cbor2_writes(value: int) -> None:
    assert cbor.integer(value) == cbor2.dumps(value, canonical=True)


@pytest.mark.parametrize("value", [*edges, *(-1 - edge for edge in edges)])
def test_an_integer_at_each_edge_has_the_shortest_head(value: int) -> None:
    assert cbor.integer(value) == cbor2.dumps(value, canonical=True)
    assert cbor2.loads(cbor.integer(value)) == value


@given(st.binary(max_size=300))
def test_a_byte_string_is_what_cbor2_writes(value: bytes) -> None:
    assert cbor.byte_string(value) == cbor2.dumps(value, canonical=True)


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1])
def test_an_integer_of_more_than_64_bits_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="64 bits"):
        cbor.integer(value)
