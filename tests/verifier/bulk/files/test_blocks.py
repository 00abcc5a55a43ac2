"""Wherever a stream is cut into blocks, its rows are the same; and no line, however long, is held whole."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.bulk.files import blocks as module
from verifier.bulk.files.blocks import MAX_ROW, at_last_line, blocks
from verifier.bulk.files.lines import text_rows
from verifier.bulk.files.rows import KEPT

LINES = st.lists(
    st.sampled_from([b"", b"a", b"label", b"\r", b"a\rb", b"\x00", b"\xff\xfe", "标签".encode()]), max_size=30
)


def rows(data: bytes, size: int) -> list[bytes]:
    """The texts of all rows."""
    read = [text_rows(block).labels for block in blocks(io.BytesIO(data).readinto, at_last_line, size)]
    return [texts.at(place) for texts in read for place in range(len(texts))]


@settings(deadline=None)
@given(LINES, st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.integers(1, 40))
def test_each_line_is_a_row_wherever_blocks_are_cut(lines: list[bytes], end: bytes, ended: bool, size: int) -> None:
    data = end.join(lines) + end * ended
    expected = [line.removesuffix(b"\r") for line in data.split(b"\n")]
    if expected[-1] == b"" and not data.endswith(b"\r"):
        expected.pop()
    assert rows(data, size) == expected


def test_a_line_that_is_too_long_leaves_the_others_alone() -> None:
    data = b"one\n" + b"x" * (3 * MAX_ROW) + b"\ntwo\n" + b"y" * (MAX_ROW + 5)
    for size in (1000, MAX_ROW, 10 * MAX_ROW):
        assert rows(data, size) == [b"one", b"x" * KEPT, b"two", b"y" * KEPT]


@pytest.mark.parametrize("behind", [b"", b"\n", b"\r\n", b"\nnext"])
@pytest.mark.parametrize("more", range(-2, 4))
def test_around_the_longest_row(behind: bytes, more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROW", 50)
    line = b"z" * (50 + more)
    for size in (1, 7, 1000):
        cut = [bytes(block) for block in blocks(io.BytesIO(line + behind).readinto, at_last_line, size)]
        first, _, rest = b"".join(cut).partition(b"\n")
        assert rest == behind.partition(b"\n")[2]
        assert first.removesuffix(b"\r") == line or len(first.removesuffix(b"\r")) > 50


def test_a_stream_without_an_end_of_line_is_never_held_whole() -> None:
    class Endless:
        left = 200 << 20
        largest = 0

        def readinto(self, view: memoryview) -> int:
            taken = min(len(view), self.left)
            view[:taken] = b"9" * taken
            self.left -= taken
            self.largest = max(self.largest, taken)
            return taken

    stream = Endless()
    (block,) = blocks(stream.readinto, at_last_line, 1 << 16)
    assert len(block) <= MAX_ROW + 2
    assert stream.largest <= 1 << 16


def test_nothing_is_no_block() -> None:
    none: Iterator[object] = blocks(io.BytesIO(b"").readinto, at_last_line, 10)
    assert list(none) == []
