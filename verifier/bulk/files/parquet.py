"""Parquet: only the columns that are needed, a few rows at a time, however large a row group is."""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from io import FileIO
from itertools import islice
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from verifier.bulk.files.columns import Columns
from verifier.bulk.files.form import STANDARD, FileProblem
from verifier.bulk.files.rows import KEPT, Rows, as_strings, or_nothing
from verifier.bulk.texts import Texts

_AT_ONCE = 16 << 20
_BUFFER = 1 << 20
_MOST_ROWS = 1 << 16
_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary, pa.types.is_null)
_NAMES = (*_TEXT, pa.types.is_integer)


class ParquetSource:
    """A Parquet file that is read once, from its beginning. A context manager."""

    def __init__(self, name: str, label: str | None) -> None:
        """Raises ``FileProblem`` for what is no such file, or has no column of labels."""
        self._name = "standard input" if name == STANDARD else name
        self._source = FileIO(sys.stdin.fileno() if name == STANDARD else name, closefd=name != STANDARD)
        try:
            self._open(label)
        except BaseException:
            self._source.close()
            raise

    def _open(self, label: str | None) -> None:
        if not self._source.seekable():
            raise FileProblem(f"Parquet cannot be read from a pipe: give {self._name} as a file")
        with self._understood():
            self._file = pyarrow.parquet.ParquetFile(self._source, pre_buffer=False, buffer_size=_BUFFER)
            schema = self._file.schema_arrow
        columns = Columns.of(schema.names, label)
        places = {name: getattr(columns, name) for name in ("label", "expect", "shop", "supplier")}
        self._columns = {name: schema.names[place] for name, place in places.items() if place is not None}
        for name, column in self._columns.items():
            _check(schema.field(column), _TEXT if name == "label" else _NAMES)
        self.size, self.position = self._file.metadata.num_rows, 0

    def parts(self) -> Iterator[Callable[[], Rows]]:
        """The parts, to be read."""
        with self._understood():
            for group in range(self._file.num_row_groups):
                count = self._rows_at_once(group)
                names = list(self._columns.values())
                for batch in self._file.iter_batches(count, [group], names, use_threads=False):
                    yield partial(self._rows, batch)
                    self.position += len(batch)

    def _rows_at_once(self, group: int) -> int:
        """So many that they are not too much to hold, also if each has the longest value that may stand for many."""
        described = self._file.metadata.row_group(group)
        usual = described.total_byte_size // max(described.num_rows, 1)
        return max(1, min(_MOST_ROWS, _AT_ONCE // max(usual, self._longest_repeated(group), 1)))

    def _longest_repeated(self, group: int) -> int:
        """Bytes of the longest value that a row group keeps once for all rows that have it."""
        names = list(self._columns.values())
        coded = pyarrow.parquet.ParquetFile(self._source, read_dictionary=names, pre_buffer=False, buffer_size=_BUFFER)
        longest = 0
        for batch in islice(coded.iter_batches(1, [group], names, use_threads=False), 1):
            for column in batch.columns:
                if pa.types.is_dictionary(column.type) and not pa.types.is_integer(column.type.value_type):
                    longest = max(longest, pc.max(pc.binary_length(column.dictionary)).as_py() or 0)
        return longest

    def _rows(self, batch: pa.RecordBatch) -> Rows:
        columns = {name: batch.column(column) for name, column in self._columns.items()}
        labels = Texts.of(columns["label"])
        kept = Texts(labels.buffer, labels.starts, np.minimum(labels.ends, labels.starts + KEPT))
        names = {name: _strings(columns[name]) for name in ("expect", "shop", "supplier") if name in columns}
        if "expect" in names:
            names["expect"] = or_nothing(names["expect"])
        return Rows(kept, **names)

    @contextmanager
    def _understood(self) -> Generator[None]:
        try:
            yield
        except (pa.ArrowException, OSError) as problem:
            if isinstance(problem, OSError) and problem.errno:
                raise
            raise FileProblem(f"{self._name} cannot be read as Parquet: {problem}") from problem

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._source.close()


def _check(field: pa.Field, kinds: tuple[Callable[[pa.DataType], bool], ...]) -> None:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if not any(is_kind(kind) for is_kind in kinds):
        raise FileProblem(f"the column {field.name!r} holds {field.type}, not text")


def _strings(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return pc.utf8_trim_whitespace(as_strings(column))
