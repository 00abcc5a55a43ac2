"""Text with separators (RFC 4180): comma, semicolon or tab; UTF-8, GB18030 or UTF-16; line breaks in quotation marks.

Cells that begin like a formula are text here, as everywhere.
"""

import codecs
import csv
import io

from registry.imports.sheets import MOST_COLUMNS, MOST_ROWS, Sheet, SheetRow, refused, sheet_of

LIKE_A_FORMULA = tuple("=+-@\t\r")
"""How a cell begins that a spreadsheet program would take for a formula, unless an apostrophe stands in front."""

_SEPARATORS = ",;\t"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHINESE_SHARE = 0.9
"""Share of the characters beyond ASCII that GB 2312 must have for a text to pass as Chinese without being named so."""


def read_csv(content: bytes, file: str, encoding: str | None = None) -> Sheet:
    """The table in ``content``. Raises ``InvalidInput``."""
    text = decoded(content, file, encoding)
    separator = separator_of(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[SheetRow] = []
    first_line = 1
    try:
        for number, cells in enumerate(lines, 1):
            _check(file, number, cells)
            rows.append(SheetRow(number, tuple(map(_without_apostrophe, cells))))
            first_line = lines.line_num + 1
    except csv.Error as problem:
        number = len(rows) + 1
        raise refused(
            file,
            f"in row {number}, which begins in line {first_line}, a quotation mark is not closed or out of place "
            f"({problem}): double it or remove it",
            f"第{number}行（始于文件第{first_line}行）的引号未闭合或位置有误（{problem}）：请将引号写两次或删去",
        ) from None
    return sheet_of(file, "", rows)


def decoded(content: bytes, file: str, encoding: str | None = None) -> str:
    """The text of a file: in ``encoding`` if named, else as its byte order mark says, in UTF-8, or in GB18030.

    Bytes that are not UTF-8 are read as GB18030 only when they are Chinese beyond doubt: many a text in another
    encoding is GB18030 too, by chance, and would come out as nonsense. Raises ``InvalidInput``.
    """
    if encoding is not None:
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except LookupError:
            en, zh = (
                f"cannot be read as {encoding!r}: no such encoding is known",
                f"无法按“{encoding}”读取：没有这种编码",
            )
            raise refused(file, en, zh) from None
        except UnicodeError as problem:
            raise refused(file, f"is not {encoding}: {problem}", f"不是{encoding}编码：{problem}") from None
    try:
        if content.startswith(_UTF16):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if not _is_chinese(text):
        raise refused(
            file,
            "is neither UTF-8 nor GB18030: save it as CSV UTF-8, or name its encoding",
            "既不是UTF-8也不是GB18030编码：请另存为CSV UTF-8，或指明其编码",
        )
    return text


def _is_chinese(text: str) -> bool:
    beyond = [character for character in text if not character.isascii()]
    usual = len("".join(beyond).encode("gb2312", "ignore")) // 2
    return bool(beyond) and usual >= _CHINESE_SHARE * len(beyond)


def separator_of(text: str) -> str:
    """The separator of a table: the one that its first line has most of, outside quotation marks; else the comma."""
    counts = dict.fromkeys(_SEPARATORS, 0)
    is_quoted = False
    for character in text.lstrip("\r\n")[:1_000_000]:
        if character == '"':
            is_quoted = not is_quoted
        elif not is_quoted and character in "\r\n":
            break
        elif not is_quoted and character in counts:
            counts[character] += 1
    return max(counts, key=lambda separator: counts[separator])


def _without_apostrophe(cell: str) -> str:
    """A cell without the apostrophe that keeps it from being a formula: it is no part of the text."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(LIKE_A_FORMULA) else cell


def _check(file: str, number: int, cells: list[str]) -> None:
    if number > MOST_ROWS + 1:
        raise refused(file, f"has more than {MOST_ROWS:,} rows: split it", f"超过{MOST_ROWS:,}行：请拆分")
    if len(cells) > MOST_COLUMNS:
        raise refused(
            file,
            f"row {number} has more than {MOST_COLUMNS} columns: remove those that are not needed",
            f"第{number}行超过{MOST_COLUMNS}列：请删除不需要的列",
        )
