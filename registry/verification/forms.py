"""The forms of a batch: lines in as text, NDJSON or CSV; verdicts out as NDJSON or CSV.

A line that is not of its form has no label: it gets the verdict on an empty text, which is unreadable.
"""

import csv
from collections.abc import Callable, Sequence

import msgspec
import pyarrow as pa
from msgspec import Struct

from registry.errors import InvalidInput
from verifier.bulk import EXPECT, LABEL, Texts
from verifier.bulk.files import encode
from verifier.bulk.files.encode import LineForm

TEXT, NDJSON, CSV = "text/plain", "application/x-ndjson", "text/csv"

Asked = tuple[Texts, pa.Array | None]
"""Labels, and what they are expected to be for."""


class Reader:
    """Lines of one form -> labels. Lines come in order; some may be no label's, as a header is."""

    def read(self, lines: Texts) -> Asked:
        """A label for each line."""
        raise NotImplementedError


class TextReader(Reader):
    """A line is a label."""

    def read(self, lines: Texts) -> Asked:
        """The lines themselves."""
        return lines, None


class BatchLine(Struct, frozen=True, gc=False):
    """A line of NDJSON: a label as scanned, and the GTIN or GLN that it is expected to be for; empty: for any."""

    label: str
    expect: str | int | None = None


class NdjsonReader(Reader):
    """A line is a JSON object with ``label`` and perhaps ``expect``; further members do not matter."""

    def read(self, lines: Texts) -> Asked:
        """What each line asks."""
        return _columns([_of_json(lines.at(position)) for position in range(len(lines))])


_DECODER = msgspec.json.Decoder(BatchLine)
_NOTHING = BatchLine("")


def _of_json(line: bytes) -> BatchLine:
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _NOTHING


class CsvReader(Reader):
    """RFC 4180 with a header that names ``label`` and perhaps ``expect``, in any place; a row is one line.

    A row must have as many fields as the header.
    """

    def __init__(self) -> None:
        self._width = 0
        self._label = 0
        self._expect: int | None = None

    def read(self, lines: Texts) -> Asked:
        """What each row asks. Raises ``InvalidInput`` for a header without ``label``."""
        rows = [_fields(lines.at(position)) for position in range(len(lines))]
        if not self._width and rows:
            self._begin(rows.pop(0))
        return _columns([self._of_row(row) for row in rows])

    def _begin(self, header: list[str]) -> None:
        names = [name.strip().lower() for name in header]
        if names.count(LABEL) != 1 or names.count(EXPECT) > 1:
            raise InvalidInput(
                "the header must name the column {label} once, and may name {expect}",
                "$",
                label=LABEL,
                expect=EXPECT,
            )
        self._width, self._label = len(names), names.index(LABEL)
        self._expect = names.index(EXPECT) if EXPECT in names else None

    def _of_row(self, row: list[str]) -> BatchLine:
        if len(row) != self._width:
            return _NOTHING
        return BatchLine(row[self._label], None if self._expect is None else row[self._expect].strip())


def _fields(line: bytes) -> list[str]:
    """The fields of a row; none of one that is not well formed."""
    text = line.decode(errors="replace")
    if '"' not in text:
        return text.split(",")
    try:
        (fields,) = csv.reader([text], strict=True)
    except csv.Error:
        return []
    return fields


def _columns(asked: Sequence[BatchLine]) -> Asked:
    labels = Texts.of(pa.array([one.label for one in asked], pa.large_string()))
    expect = [None if one.expect in ("", None) else str(one.expect) for one in asked]
    return labels, pa.array(expect, pa.string()) if any(expect) else None


READERS: dict[str, Callable[[], Reader]] = {TEXT: TextReader, NDJSON: NdjsonReader, CSV: CsvReader}
"""By media type. A reader is for one stream."""

WRITTEN: dict[str, LineForm] = {NDJSON: encode.NDJSON, CSV: encode.CSV}
"""By media type."""


def problem_line(line: int, problem: bytes, media_type: str, kind: str) -> bytes:
    """How a stream that was not judged to its end ends: what comes is no verdict.

    In NDJSON the problem document; in CSV a row without a verdict, with the problem's type as reason.
    """
    if media_type == CSV:
        return f"{line},,{kind},,,,,\n".encode()
    return problem + b"\n"
