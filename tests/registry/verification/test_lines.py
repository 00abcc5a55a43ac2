"""Lines are what they are wherever the bytes were cut, and nothing of any size is kept."""

import gzip
import random
import zlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.verification.lines import MAX_LINE, Inflater, Lines

LINE = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"", b"\r", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\xef", b"\xbb\xbf\n"]),
    st.integers(MAX_LINE - 2, MAX_LINE + 3).map(lambda size: b"x" * size),
    st.integers(MAX_LINE - 2, MAX_LINE + 3).map(lambda size: b"x" * size + b"\r\n"),
)
CONTENT = st.lists(LINE, max_size=12).map(b"\n".join)


def cut(content: bytes, places: Sequence[int]) -> list[bytes]:
    places = sorted({min(place, len(content)) for place in places} | {0, len(content)})
    return [content[start:end] for start, end in pairwise(places)]


def taken(pieces: Sequence[bytes], most: int = 1_000) -> list[bytes]:
    lines, found = Lines(), []
    for piece in pieces:
        lines.add(piece)
        while len(some := lines.take(most, ended=False)):
            found += [some.at(position) for position in range(len(some))]
    while len(some := lines.take(most, ended=True)):
        found += [some.at(position) for position in range(len(some))]
    return found


def read(content: bytes) -> list[bytes]:
    """The lines, as plainly as can be said."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    last = lines.pop()
    whole = [line.removesuffix(b"\r") for line in [*lines, *([last] if last else [])]]
    return [line[:MAX_LINE] for line in whole]


@given(CONTENT, st.lists(st.integers(0, 3 * MAX_LINE), max_size=8), st.integers(1, 5))
def test_wherever_it_is_cut(content: bytes, places: list[int], most: int) -> None:
    assert taken(cut(content, places), most) == read(content)


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\xef\xbb\xbf", b"\xef"]), max_size=30).map(b"".join))
def test_byte_by_byte(content: bytes) -> None:
    assert taken([content[at : at + 1] for at in range(len(content))]) == read(content)


def test_a_line_without_end_is_not_kept() -> None:
    lines, piece = Lines(), b"9" * 1_000_000
    lines.add(piece)
    (line,) = [lines.take(10, ended=False).at(0)]
    assert line == piece[:MAX_LINE]
    for _ in range(50):
        lines.add(piece)
        assert not len(lines.take(10, ended=False))
        assert len(lines._held) == 0
    lines.add(b"9\nnext")
    assert lines.take(10, ended=True).at(0) == b"next"


def inflated(pieces: Sequence[bytes], most: int) -> bytes:
    inflater, found = Inflater(), b""
    for piece in pieces:
        inflater.add(piece)
        while content := inflater.take(most):
            assert len(content) <= most
            found += content
    inflater.end()
    return found


@given(
    st.lists(st.binary(max_size=300), max_size=4),
    st.lists(st.integers(0, 1_000), max_size=6),
    st.integers(1, 700),
)
def test_gzip_wherever_it_is_cut(members: list[bytes], places: list[int], most: int) -> None:
    sent = b"".join(map(gzip.compress, members))
    assert inflated(cut(sent, places), most) == b"".join(members)


def test_a_bomb_is_taken_in_small_pieces() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    assert len(bomb) < 100_000
    inflater, size = Inflater(), 0
    inflater.add(bomb)
    while content := inflater.take(4_096):
        assert len(content) <= 4_096
        size += len(content)
    inflater.end()
    assert size == 64 << 20


@pytest.mark.parametrize("kept", [1, 5, 12, 40, -9, -8, -1])
def test_gzip_that_was_cut_off(kept: int) -> None:
    sent = gzip.compress(random.Random(1).randbytes(100))[:kept]
    with pytest.raises(InvalidInput, match="cut off"):
        inflated([sent], 1_000)


@pytest.mark.parametrize("sent", [b"https://id.example.org", gzip.compress(b"label", mtime=0) + b"more", bytes(30)])
def test_what_is_not_gzip(sent: bytes) -> None:
    with pytest.raises(InvalidInput, match="not gzip"):
        inflated([sent], 1_000)


def test_gzip_whose_check_fails() -> None:
    sent = bytearray(gzip.compress(b"label"))
    sent[-6] ^= 1
    with pytest.raises(InvalidInput, match="not gzip"):
        inflated([bytes(sent)], 1_000)
