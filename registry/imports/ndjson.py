"""NDJSON: one declaration a line, as the API takes it.

A line may have a ``reference``, which is not part of the declaration: the sender's own number of it. Without one its
``id`` is taken for it. A line that is not JSON of the right kind is an error of that line, and the rest goes on:

| code | a line |
|---|---|
| line-encoding | is not UTF-8 |
| line-long | is over 200,000 bytes |
| line-json | is not JSON, or is nested too deeply |
| line-object | is JSON, but not an object |
"""

from decimal import Decimal, InvalidOperation

import msgspec

from registry.imports.notes import NOTE_MEMBERS
from registry.imports.row import Row, row_error
from registry.imports.sheets import MOST_ROWS, refused
from schemas.findings import Finding
from schemas.findings.naming import shown

MOST_LINE = 200_000
"""Bytes of a line: a record has at most 65,535."""

_DECODER = msgspec.json.Decoder(object, float_hook=Decimal)


def ndjson_rows(content: bytes, file: str) -> list[Row]:
    """The lines of a file that are not blank. Raises ``InvalidInput`` for more than 200,000."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    rows = [_row(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    if len(rows) > MOST_ROWS:
        raise refused(file, f"has more than {MOST_ROWS:,} lines: split it", f"超过{MOST_ROWS:,}行：请拆分")
    return rows


def _row(number: int, line: bytes) -> Row:
    found, raw = _decoded(line)
    if found is not None:
        return Row(number=number, found=(found,))
    owner, key = raw.get("owner"), raw.get("id")
    reference = raw.pop("reference", None)
    for note in NOTE_MEMBERS:
        raw.pop(note, None)
    if reference is not None and not (isinstance(reference, str) and 0 < len(reference) <= 200):
        return Row(number=number, found=(_BAD_REFERENCE,))
    return Row(
        number=number,
        reference=reference or (key if isinstance(key, str) else None),
        owner=owner if isinstance(owner, str) else None,
        raw=raw,
    )


def _decoded(line: bytes) -> tuple[Finding | None, dict[str, object]]:
    """The object in a line, numbers digit by digit; or what is wrong with it."""
    if len(line) > MOST_LINE:
        return _problem(
            "line-long",
            f"the line has over {MOST_LINE:,} bytes: a record is far smaller, shorten it",
            f"该行超过{MOST_LINE:,}字节，请缩短",
        ), {}
    try:
        line.decode()
    except UnicodeDecodeError as problem:
        return _problem(
            "line-encoding",
            f"the line is not UTF-8 (byte {problem.start + 1}): save the file as UTF-8",
            f"该行不是UTF-8编码（第{problem.start + 1}字节），请以UTF-8保存文件",
        ), {}
    try:
        raw = _DECODER.decode(line)
    except (msgspec.DecodeError, InvalidOperation, RecursionError, ValueError) as problem:
        said = shown(str(problem).split("\n", maxsplit=1)[0])
        return _problem(
            "line-json",
            f"the line is not JSON ({said}): write one JSON object a line, without NaN, and numbers as strings",
            f"该行不是有效的JSON（{said}）：请每行写一个JSON对象，数值写成字符串，不使用NaN",
        ), {}
    if not isinstance(raw, dict):
        return _problem(
            "line-object",
            "the line is not a JSON object: write one declaration a line, in braces",
            "该行不是JSON对象：请每行写一份声明，用花括号括起",
        ), {}
    return None, raw


def _problem(code: str, en: str, zh: str) -> Finding:
    return row_error(code, "$", f"{en[0].upper()}{en[1:]}.", f"{zh}。")


_BAD_REFERENCE = _problem(
    "line-object",
    "the reference is not a text of 1 to 200 characters: correct it",
    "编号（reference）应为1至200个字符的文本，请更正",
)
