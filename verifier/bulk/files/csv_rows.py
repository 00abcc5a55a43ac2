"""CSV with named columns, in any order, separated by commas, semicolons, tabs or bars, as the heading tells."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from verifier.bulk.files.blocks import MAX_ROW, blocks
from verifier.bulk.files.columns import Columns
from verifier.bulk.files.csv_cut import SEPARATORS, Cut, cut, quoted_fields, whole_rows
from verifier.bulk.files.form import FileProblem
from verifier.bulk.files.rows import KEPT, Rows, names_of, wanted_of
from verifier.bulk.files.source import Source
from verifier.bulk.texts import Bytes, Places, Texts

_MAX_HEADING = 1 << 16
_QUOTE = 34


class Table(Struct, frozen=True):
    """What the heading says."""

    columns: Columns
    separator: int


def csv_parts(source: Source, size: int, label: str | None) -> Iterator[Callable[[], Rows]]:
    """The parts of a CSV file, to be read. Raises ``FileProblem`` for a heading without a column of labels."""
    table = _heading(source, label)
    for block in blocks(source.fill, partial(whole_rows, separator=table.separator), size):
        yield partial(csv_rows, block, table)


def _heading(source: Source, label: str | None) -> Table:
    """The first row, taken from the source."""
    buffer = np.empty(_MAX_HEADING, np.uint8)
    filled = source.fill(buffer.data)
    data, final, problem = buffer[:filled], filled < _MAX_HEADING, FileProblem("the file is empty, without a heading")
    for separator in SEPARATORS:
        found = cut(data, final, separator)
        if not len(found.starts):
            continue
        text = data[: found.ends[0]].tobytes()
        try:
            names = [field.decode() for field in _fields(text, 0, len(text), separator)]
            table = Table(Columns.of(names, label), separator)
        except UnicodeDecodeError:
            raise FileProblem("the heading is not in UTF-8: give its --encoding, such as gb18030") from None
        except FileProblem as no_label:
            problem = no_label if separator == SEPARATORS[0] else problem
            continue
        source.unread(data[found.starts[1] if len(found.starts) > 1 else found.taken :].tobytes())
        return table
    raise problem


def csv_rows(block: Bytes, table: Table) -> Rows:
    """The rows of a block. One that has more or fewer fields than the heading holds no label."""
    found = cut(block, True, table.separator)
    fields = _Fields(block, found, table)
    columns = table.columns
    labels = fields.column(columns.label)
    long = fields.sizes > MAX_ROW
    starts = np.where(long, fields.starts, labels.starts)
    ends = np.where(long, fields.starts + KEPT, np.minimum(labels.ends, labels.starts + KEPT))
    return Rows(
        Texts(labels.buffer, starts, ends),
        None if columns.expect is None else wanted_of(fields.column(columns.expect)),
        None if columns.shop is None else names_of(fields.column(columns.shop)),
        None if columns.supplier is None else names_of(fields.column(columns.supplier)),
    )


class _Fields:
    """The fields of the rows of a block. What is in quotes with an escaped one inside is written anew, behind it."""

    def __init__(self, block: Bytes, found: Cut, table: Table) -> None:
        self.starts, self._ends = found.starts, found.ends
        self.sizes = found.ends - found.starts
        self._block, self._separator, self._count = block, table.separator, table.columns.count
        separators = np.flatnonzero(block == table.separator)
        quotes = np.flatnonzero(block == _QUOTE) if found.quoted.any() else separators[:0]
        if found.right:
            separators = separators[np.searchsorted(quotes, separators) % 2 == 0]
        self._separators = separators
        self._first = np.searchsorted(separators, self.starts)
        self._ragged = np.searchsorted(separators, self._ends) - self._first != self._count - 1
        self._ragged |= self.sizes > MAX_ROW
        self._unquote = found.quoted if found.right else np.zeros(len(found.quoted), bool)
        self._apart = {} if found.right else self._taken_apart(np.flatnonzero(found.quoted))

    def column(self, place: int) -> Texts:
        """The fields of one column, empty where a row has not as many fields as the heading."""
        good = np.flatnonzero(~self._ragged)
        starts, ends = self.starts.copy(), self.starts.copy()
        at = self._first[good] + place
        starts[good] = self._separators[at - 1] + 1 if place else self.starts[good]
        ends[good] = self._separators[at] if place < self._count - 1 else self._ends[good]
        written: dict[int, bytes] = {row: fields[place] for row, fields in self._apart.items()}
        self._without_quotes(starts, ends, written)
        return _with_written(Texts(self._block, starts, ends), written)

    def _without_quotes(self, starts: Places, ends: Places, written: dict[int, bytes]) -> None:
        which = np.flatnonzero(self._unquote & (ends > starts))
        which = which[self._block[starts[which]] == _QUOTE]
        starts[which] += 1
        ends[which] -= 1
        inside = self._block[np.minimum(ends[which], len(self._block) - 1)] == _QUOTE
        assert inside.all(), "a field in quotes ends in one"
        escaped = _having(self._block, _QUOTE, starts[which], ends[which])
        for row in which[escaped]:
            written[int(row)] = self._block[starts[row] : ends[row]].tobytes().replace(b'""', b'"')

    def _taken_apart(self, rows: npt.NDArray[np.int64]) -> dict[int, list[bytes]]:
        """The fields of these rows, one by one; of those with as many as the heading."""
        apart, text = {}, self._block.tobytes() if len(rows) else b""
        for row in rows:
            fields = _fields(text, int(self.starts[row]), int(self._ends[row]), self._separator)
            if len(fields) == self._count:
                apart[int(row)] = fields
        self._ragged[rows] = True
        return apart


def _fields(text: bytes, start: int, end: int, separator: int) -> list[bytes]:
    """The fields of the row from ``start`` to ``end``; as they stand if its quotation marks are not right."""
    fields, limit = [], end + (text[end : end + 1] == b"\r")
    for at, until in quoted_fields(text, start, limit, separator):
        if until is None:
            return text[start:end].split(bytes([separator]))
        field = text[at:until]
        fields.append(field[1:-1].replace(b'""', b'"') if field.startswith(b'"') else field)
    return fields


def _having(block: Bytes, byte: int, starts: Places, ends: Places) -> npt.NDArray[np.bool_]:
    """Whether there is such a byte from each start to its end."""
    if not len(starts):
        return np.zeros(0, bool)
    places = np.flatnonzero(block == byte)
    return np.searchsorted(places, ends) > np.searchsorted(places, starts)


def _with_written(texts: Texts, written: dict[int, bytes]) -> Texts:
    """These texts, some of them replaced."""
    if not written:
        return texts
    rows = np.fromiter(written, np.int64, len(written))
    extra = Texts.joined(list(written.values()))
    texts.starts[rows], texts.ends[rows] = extra.starts + len(texts.buffer), extra.ends + len(texts.buffer)
    return Texts(np.concatenate((texts.buffer, extra.buffer)), texts.starts, texts.ends)
