import base64
import random
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.entry import RecordStatus
from schemas.status_list import STATUSES, StatusListError, decode, encode, pack, status_at, status_code, unpack

# The example of two bits in the Token Status List specification.
EXAMPLE = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
EXAMPLE_LIST = base64.urlsafe_b64decode("eNo76fITAAPfAgc=")


def test_the_example_of_the_specification_is_read_and_written():
    assert pack(EXAMPLE) == bytes([0xC9, 0x44, 0xF9])
    assert list(unpack(decode(EXAMPLE_LIST, 12), 12)) == EXAMPLE
    assert zlib.decompress(encode(EXAMPLE)) == zlib.decompress(EXAMPLE_LIST)


def test_the_codes_are_those_of_the_bundle():
    assert [status_code(status) for status in RecordStatus] == [0, 1, 2, 3]
    assert STATUSES == ("active", "withdrawn", "suspended", "superseded")


@given(st.lists(st.integers(0, 3), max_size=300))
def test_every_list_is_read_back(codes):
    packed = decode(encode(codes), len(codes))
    assert packed == pack(bytes(codes))
    assert list(unpack(packed, len(codes))) == codes
    assert [status_at(packed, index) for index in range(len(codes))] == [STATUSES[code] for code in codes]


def test_a_million_records_of_which_few_fell_take_few_bytes():
    rng = random.Random(1)
    codes = bytes(rng.choices((0, 1, 2, 3), (995, 1, 1, 3), k=1_000_000))
    data = encode(codes)
    assert len(data) < 20_000
    assert unpack(decode(data, 1_000_000), 1_000_000) == codes


@pytest.mark.parametrize("codes", [[4], [0, 0, 255], [-1], [256], b"\x04"])
def test_another_code_is_refused(codes):
    with pytest.raises(StatusListError):
        encode(codes)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"", 12),
        (EXAMPLE_LIST[:-1], 12),
        (EXAMPLE_LIST + b"\0", 12),
        (EXAMPLE_LIST + EXAMPLE_LIST, 12),
        (EXAMPLE_LIST[:5] + b"\xff" + EXAMPLE_LIST[6:], 12),
        (EXAMPLE_LIST, 8),
        (EXAMPLE_LIST, 13),
        (EXAMPLE_LIST, 16),
        (EXAMPLE_LIST, 0),
        (EXAMPLE_LIST, -12),
        (zlib.compress(b""), -1),
        (EXAMPLE_LIST, 11),  # the twelfth status is not 0
        (zlib.compress(bytes(3))[2:-4], 12),  # no zlib frame
    ],
)
def test_anything_but_the_list_for_so_many_indexes_is_refused(data, size):
    with pytest.raises(StatusListError):
        decode(data, size)


def test_endless_data_is_refused_before_it_is_decompressed():
    bomb = zlib.compress(bytes(50_000_000), 9)
    with pytest.raises(StatusListError, match="no more"):
        decode(bomb, 1_000)


def test_no_changed_bit_gives_other_statuses():
    codes = bytes(random.Random(2).choices((0, 1, 2, 3), k=500))
    data = encode(codes)
    for at in range(len(data)):
        for bit in range(8):
            changed = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            with suppress(StatusListError):  # zlib has bits that mean nothing
                assert unpack(decode(changed, 500), 500) == codes


@pytest.mark.parametrize("index", [-1, 12, 1 << 70])
def test_an_index_beyond_the_list_has_no_status(index):
    with pytest.raises(StatusListError):
        status_at(pack(EXAMPLE), index)


def test_codes_are_unpacked_for_exactly_the_list_size():
    for size in (8, 13):
        with pytest.raises(StatusListError):
            unpack(pack(EXAMPLE), size)
