"""NDJSON: ``{"label": "...", "expect": "...", "shop": "...", "supplier": "..."}`` a line; only the label is needed."""

from collections.abc import Callable, Iterator
from functools import partial

import msgspec
import numpy as np
import pyarrow as pa

from verifier.bulk.files.blocks import MAX_ROW, at_last_line, blocks
from verifier.bulk.files.form import FileProblem
from verifier.bulk.files.lines import line_bounds
from verifier.bulk.files.rows import KEPT, Rows, or_nothing
from verifier.bulk.files.source import Source
from verifier.bulk.texts import Bytes, Texts

Stated = str | int | None
_Row = tuple[bytes, Stated, Stated, Stated]
_MALFORMED: _Row = (b"", None, None, None)


class _Scan(msgspec.Struct, gc=False):
    label: str
    expect: Stated = None
    shop: Stated = None
    supplier: Stated = None


def ndjson_parts(source: Source, size: int, label: str | None) -> Iterator[Callable[[], Rows]]:
    """The parts of an NDJSON file, to be read. ``label`` is the name of the labels' field, if it is another."""
    if label in ("expect", "shop", "supplier"):
        raise FileProblem(f"the field {label!r} is something else than the label")
    kind: type[_Scan] = _Scan
    if label is not None:
        fields = [("label", str), *((name, Stated, None) for name in ("expect", "shop", "supplier"))]
        kind = msgspec.defstruct("Scan", fields, bases=(_Scan,), rename={"label": label})  # ty: ignore[invalid-assignment]
    decoder = msgspec.json.Decoder(kind)
    for block in blocks(source.fill, at_last_line, size):
        yield partial(ndjson_rows, block, decoder.decode)


def ndjson_rows(block: Bytes, decode: Callable[[bytes], _Scan]) -> Rows:
    """The rows of a block. A line that is not such an object holds no label."""
    starts, ends = line_bounds(block)
    text = block.tobytes()
    rows = [_row(text, start, end, decode) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    labels, expect, shop, supplier = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Rows(Texts.joined(list(labels)), or_nothing(_strings(expect)), _names(shop), _names(supplier))


def _row(text: bytes, start: int, end: int, decode: Callable[[bytes], _Scan]) -> _Row:
    if end - start > MAX_ROW:
        return text[start : start + KEPT], None, None, None
    try:
        scan = decode(text[start:end])
        return scan.label.encode()[:KEPT], scan.expect, scan.shop, scan.supplier
    except (ValueError, RecursionError):  # also of characters that are none
        return _MALFORMED


def _strings(values: tuple[Stated, ...]) -> pa.Array:
    texts = [str(value) if isinstance(value, int) else value for value in values]
    return pa.array(np.array(texts, object), pa.string())


def _names(values: tuple[Stated, ...]) -> pa.Array | None:
    return None if not any(values) else _strings(values)
