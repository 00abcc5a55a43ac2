"""The uploaded file again, with what became of each row in it.

CSV gets three columns, NDJSON and JSON two members in each object, an xlsx (``annotated_xlsx``) three columns, with
the faulty cells coloured and commented; ILCD+EPD becomes a CSV with a line for each finding. Whoever corrects one of
the others may upload it as it is: these columns and members are passed over.

What a spreadsheet program would take for a formula, in a CSV, gets an apostrophe in front, which reading takes off.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

import msgspec

from registry.imports.annotated_xlsx import annotated_xlsx
from registry.imports.csv_text import LIKE_A_FORMULA, decoded, read_csv, separator_of
from registry.imports.files import FileKind, kind_of
from registry.imports.heading import under_titles
from registry.imports.json_document import with_notes
from registry.imports.notes import NOTE_COLUMNS, NOTE_MEMBERS, RowOutcome
from registry.imports.report import printable
from schemas.text import in_language

_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+(?:[Ee][+-]?[0-9]+)?", re.ASCII)


def annotated(
    content: bytes, path: PurePath, became: Mapping[int, RowOutcome], sheet: str | None, encoding: str | None
) -> bytes:
    """The file with what became of its rows, by their numbers; ``sheet`` and ``encoding`` as it was read by."""
    match kind_of(content, path):
        case FileKind.XLSX:
            return annotated_xlsx(content, path.name, became, sheet)
        case FileKind.NDJSON:
            return b"".join(_lines(content, became))
        case FileKind.JSON:
            return with_notes(content, became)
        case FileKind.ILCD:
            return _listed(became)
        case FileKind.CSV:
            heading = under_titles(read_csv(content, path.name, encoding)).header.number
            return _csv(decoded(content, path.name, encoding), heading, became)


def _csv(text: str, heading: int, became: Mapping[int, RowOutcome]) -> bytes:
    """In UTF-8 with a byte order mark, so that every spreadsheet program reads the Chinese."""
    separator = separator_of(text)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    names = [cell.strip() for cell in rows[heading - 1]]
    kept = [at for at, name in enumerate(names) if name not in NOTE_COLUMNS]
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=separator)
    for number, row in enumerate(rows, 1):
        cells = [row[at] if at < len(row) else "" for at in kept]
        outcome = became.get(number)
        notes = NOTE_COLUMNS if number == heading else () if outcome is None else outcome.cells
        writer.writerow(map(_as_text, (*cells, *notes)))
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def _listed(became: Mapping[int, RowOutcome]) -> bytes:
    """What became of data sets, whose own form has no place for it: a line of CSV for each finding."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(("row", "result", "code", "place", *NOTE_COLUMNS[1:]))
    for number, outcome in sorted(became.items()):
        if not outcome.findings:
            writer.writerow((number, str(outcome.outcome), "", "", "", ""))
        for place, found in outcome.by_column().items():
            for one in found:
                said = [printable(in_language(one.message, language)) for language in ("en", "zh")]
                writer.writerow(map(_as_text, (str(number), str(outcome.outcome), one.code, place, *said)))
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(LIKE_A_FORMULA) and not _NUMBER.fullmatch(cell.strip()) else cell


def _lines(content: bytes, became: Mapping[int, RowOutcome]) -> Iterator[bytes]:
    """Each line that is an object with its members as they were, to the digit; else what can be shown of it."""
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        outcome = became.get(number)
        if outcome is None:
            continue
        members: dict[str, object]
        try:
            members = {**msgspec.json.decode(line, type=dict[str, msgspec.Raw])}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            members = {"line": number, "not_read": printable(line.strip().decode("utf-8", "replace"))}
        notes = dict(zip(NOTE_MEMBERS, (outcome.outcome, outcome.findings), strict=True))
        yield msgspec.json.encode({name: held for name, held in members.items() if name not in notes} | notes) + b"\n"
