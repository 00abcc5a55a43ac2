"""The rows and fields of CSV, against a reader that looks at one character after the other."""

import io
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from verifier.bulk.files import blocks as blocks_module
from verifier.bulk.files import csv_cut, csv_rows
from verifier.bulk.files.blocks import blocks
from verifier.bulk.files.columns import Columns
from verifier.bulk.files.csv_cut import whole_rows
from verifier.bulk.files.csv_rows import Table

COMMA = ord(",")
MAX_ROW, BREAKS = 24, 2
PIECES = st.sampled_from(
    [b'"', b'"', b",", b",", b"\n", b"\n", b"\r\n", b"\r", b"a", b"bc", b'""', b'","', b'"\n"', b"\x00"]
)
TEXTS = st.lists(PIECES, max_size=40).map(b"".join)


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    """Limits that chance meets."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (blocks_module, csv_cut, csv_rows):
            patch.setattr(module, "MAX_ROW", MAX_ROW)
        patch.setattr(csv_cut, "MOST_BREAKS", BREAKS)
        patch.setattr(csv_rows, "KEPT", MAX_ROW // 2)
        yield


def quoted_row(text: bytes, at: int) -> tuple[list[bytes], int, int] | None:
    """The fields of the row at ``at``, where it ends, and where the next begins; None if a quotation mark is wrong."""
    start, fields, breaks = at, [], 0
    while True:
        field = b""
        if text[at : at + 1] == b'"':
            at += 1
            while True:
                if at >= len(text):
                    return None
                if text[at : at + 2] == b'""':
                    field, at = field + b'"', at + 2
                elif text[at : at + 1] == b'"':
                    at += 1
                    break
                else:
                    breaks += text[at : at + 1] == b"\n"
                    field, at = field + text[at : at + 1], at + 1
        else:
            while at < len(text) and text[at : at + 1] not in (b",", b"\n"):
                if text[at:] == b"\r" or text[at : at + 2] == b"\r\n":
                    break
                field, at = field + text[at : at + 1], at + 1
        fields.append(field)
        if text[at : at + 1] == b",":
            at += 1
            continue
        end = at
        at += text[at : at + 1] == b"\r"
        if at < len(text) and text[at : at + 1] != b"\n":
            return None
        return None if breaks > BREAKS or at - start > MAX_ROW else (fields, end, at + 1)


def one_by_one(text: bytes, count: int) -> list[bytes]:
    """The first field of each row of ``count`` fields; of others, nothing."""
    found, at = [], 0
    while at < len(text):
        line = text.find(b"\n", at)
        line = len(text) if line < 0 else line
        row = quoted_row(text, at) if b'"' in text[at:line] else None
        if row is None:
            bare = text[at:line].removesuffix(b"\r")
            row = bare.split(b","), at + len(bare), line + 1
        fields, end, behind = row
        if end - at > MAX_ROW:
            found.append(text[at : at + MAX_ROW // 2])
        else:
            found.append(fields[0][: MAX_ROW // 2] if len(fields) == count else b"")
        at = behind
    return found


def in_blocks(text: bytes, count: int, size: int) -> list[bytes]:
    """The same, as it is done."""
    table = Table(Columns(0, None, None, None, count), COMMA)
    cut = partial(whole_rows, separator=COMMA)
    parts = [csv_rows.csv_rows(block, table).labels for block in blocks(io.BytesIO(text).readinto, cut, size)]
    return [texts.at(place) for texts in parts for place in range(len(texts))]


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.integers(1, 3), st.integers(1, 60))
@example(b'"a"\r', 1, 1)
@example(b'a,"b\n', 2, 1)
@example(b'"a\n"b\n"c"\n', 1, 5)
@example(b'"",\r\r\n"', 2, 4)
@example(b'""bcbc","","","","","","\r"', 1, 1)
@example(b'x"y","z"\n', 2, 3)
@example(b'"' + b"a" * 30 + b'"\n', 1, 8)
def test_rows_are_the_same_wherever_blocks_are_cut(text: bytes, count: int, size: int) -> None:
    assert in_blocks(text, count, size) == one_by_one(text, count)
