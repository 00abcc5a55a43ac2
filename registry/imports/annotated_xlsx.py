"""An xlsx again with what became of its rows: every other byte of its sheet stays as it was.

The sheet is spliced (ECMA-376, part 1, 18.3.1): three cells at the end of each row, another style for the faulty cells
(18.8), their findings as comments (18.7). A sheet that has comments already gets no others.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from msgspec import Struct

from registry.imports.archive import packed, unpacked
from registry.imports.columns import column_named
from registry.imports.heading import table_in
from registry.imports.notes import NOTE_COLUMNS, RowOutcome, said
from registry.imports.sheets import Sheet, column_letters
from registry.imports.splicing import (
    SheetPlaces,
    Splice,
    children,
    in_utf8,
    places_of,
    restyled,
    spliced,
    without_spans,
)
from registry.imports.worksheet import DamagedXml
from registry.imports.xlsx import open_workbook

MOST_COMMENTS = 5_000

_TYPES, _STYLES = "[Content_Types].xml", "xl/styles.xml"
_COMMENTS, _SHAPES = "xl/comments_carbonlabel.xml", "xl/drawings/carbonlabel.vml"
_RELATION = "rIdCarbonlabel"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_FILL = f'<fill xmlns="{_MAIN}"><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/></patternFill></fill>'
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;visibility:hidden;width:300pt;height:80pt"'
    ' fillcolor="#ffffe1"><v:textbox/><x:ClientData ObjectType="Note"><x:AutoFill>False</x:AutoFill>'
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SHAPES_OF = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" path="m,l,21600r21600,l21600,xe"/>{shapes}</xml>'
)


class _Faulty(Struct, frozen=True):
    """A cell with findings: its row from 1, its column from 0, and what they say."""

    row: int
    column: int
    text: str

    @property
    def address(self) -> str:
        return f"{column_letters(self.column)}{self.row}"


def annotated_xlsx(content: bytes, file: str, became: Mapping[int, RowOutcome], sheet: str | None) -> bytes:
    """The workbook with what became of its rows, which were read from ``sheet``, if named. Raises ``InvalidInput``."""
    book = open_workbook(content, file)
    table = table_in(book, sheet)
    members = unpacked(content, file, everything=True)
    part = book.parts[table.name]
    faulty = {(one.row, one.column): one for one in _faulty(table, became)}
    old = {at for at, column in enumerate(table.columns) if column in NOTE_COLUMNS}
    xml = in_utf8(members[part])
    places = places_of(xml, faulty, old)
    splices = [*_notes(xml, places, table, became, old), *_colours(members, xml, places, faulty)]
    if faulty and not places.has_comments:
        named = f'<legacyDrawing xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}" r:id="{_RELATION}"/>'
        splices.append(Splice(places.comments, places.comments, named.encode()))
        _add_comments(members, part, [*faulty.values()][:MOST_COMMENTS])
    members[part] = spliced(xml, splices)
    return packed(members, zipfile.ZIP_DEFLATED)


def _faulty(table: Sheet, became: Mapping[int, RowOutcome]) -> Iterator[_Faulty]:
    """The cells that findings are about, also where they are empty."""
    columns = {name: at for at, name in enumerate(table.columns) if name}
    columns |= {column.path: at for name, at in columns.items() if (column := column_named(name)) is not None}
    for number, outcome in became.items():
        for name, found in outcome.by_column().items():
            if name in columns:
                yield _Faulty(number, columns[name], f"{said(found, 'en')}\n{said(found, 'zh')}")


def _notes(
    xml: bytes, places: SheetPlaces, table: Sheet, became: Mapping[int, RowOutcome], old: set[int]
) -> Iterator[Splice]:
    """The cells of our columns, in the place of those that are there."""
    texts = {number: outcome.cells for number, outcome in became.items()}
    texts[table.header.number] = tuple(map(str, NOTE_COLUMNS))
    for number, row in places.rows.items():
        for column in old & row.cells.keys():
            yield Splice(row.cells[column].start, row.cells[column].end, b"")
        if number in texts:
            cells = enumerate(texts[number], places.right + 1)
            pieces = (_cell(places.prefix, f"{column_letters(at)}{number}", text) for at, text in cells if text)
            yield Splice(row.end, row.end, "".join(pieces).encode())
            yield without_spans(xml, row)


def _cell(prefix: str, address: str, text: str) -> str:
    inside = f'<{prefix}is><{prefix}t xml:space="preserve">{escape(text)}</{prefix}t></{prefix}is>'
    return f'<{prefix}c r="{address}" t="inlineStr">{inside}</{prefix}c>'


def _colours(
    members: dict[str, bytes], xml: bytes, places: SheetPlaces, faulty: Mapping[tuple[int, int], _Faulty]
) -> Iterator[Splice]:
    """Gives each faulty cell its own style again, but filled; the workbook's styles get those that it needs."""
    if not faulty:
        return
    cells = [
        places.rows[row].cells[column]
        for row, column in faulty
        if row in places.rows and column in places.rows[row].cells
    ]
    try:
        styles = in_utf8(members[_STYLES])
        fills, fills_tag, fills_end = children(styles, "fills", "fill")
        formats, formats_tag, formats_end = children(styles, "cellXfs", "xf")
    except (KeyError, DamagedXml):
        return  # then there are no colours
    used = sorted({cell.style for cell in cells if cell.style < len(formats)})
    filled = [_filled(formats[style], len(fills)) for style in used]
    members[_STYLES] = spliced(
        styles,
        (
            _counted(styles, fills_tag, len(fills) + 1),
            Splice(fills_end, fills_end, _FILL.encode()),
            _counted(styles, formats_tag, len(formats) + len(filled)),
            Splice(formats_end, formats_end, b"".join(filled)),
        ),
    )
    for cell in cells:
        if cell.style in used:
            yield restyled(xml, cell, len(formats) + used.index(cell.style))


def _filled(style: bytes, fill: int) -> bytes:
    """A cell format (CT_Xf), with another fill."""
    end = style.index(b">")
    tag = _OWN_FILL.sub(b"", style[:end].rstrip(b"/"))
    closing = b"/>" if style[:end].endswith(b"/") else b">"
    return tag + b' fillId="%d" applyFill="1"' % fill + closing + style[end + 1 :]


def _counted(xml: bytes, tag: tuple[int, int], count: int) -> Splice:
    """A list's tag with another count."""
    start, end = tag
    return Splice(start, end, _COUNT.sub(b' count="%d"' % count, xml[start:end]))


def _add_comments(members: dict[str, bytes], part: str, faulty: Sequence[_Faulty]) -> None:
    """The parts that hold the comments of a sheet and the boxes that show them, and what leads to them."""
    comments = "".join(
        f'<comment ref="{one.address}" authorId="0"><text><t xml:space="preserve">{escape(one.text)}</t></text>'
        "</comment>"
        for one in faulty
    )
    shapes = "".join(_SHAPE.format(id=1025 + at, row=one.row - 1, column=one.column) for at, one in enumerate(faulty))
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    members[_COMMENTS] = (
        f'{head}<comments xmlns="{_MAIN}"><authors><author>carbonlabel</author></authors>'
        f"<commentList>{comments}</commentList></comments>"
    ).encode()
    members[_SHAPES] = _SHAPES_OF.format(shapes=shapes).encode()
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    empty = f'{head}<Relationships xmlns="{_PACKAGE}/relationships"></Relationships>'.encode()
    targets = ((f"{_RELATION}", "vmlDrawing", _SHAPES), (f"{_RELATION}C", "comments", _COMMENTS))
    named = "".join(
        f'<Relationship xmlns="{_PACKAGE}/relationships" Id="{key}" Type="{_DOCUMENT}/{kind}" Target="/{target}"/>'
        for key, kind, target in targets
    )
    members[relations] = _inserted(members.get(relations, empty), "Relationships", named)
    types = (
        f'<Default xmlns="{_PACKAGE}/content-types" Extension="vml" '
        'ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        f'<Override xmlns="{_PACKAGE}/content-types" PartName="/{_COMMENTS}" ContentType="{_COMMENTS_TYPE}"/>'
    )
    members[_TYPES] = _inserted(members[_TYPES], "Types", types)


def _inserted(xml: bytes, root: str, elements: str) -> bytes:
    """The elements as the last of the root's. Where they are already, or cannot be, nothing changes."""
    if _RELATION.encode() in xml or _COMMENTS.encode() in xml:
        return xml
    if re.search(rb"<%s[^>]*/>\s*$" % root.encode(), xml):
        return re.sub(rb"/>\s*$", f">{elements}</{root}>".encode(), xml)
    end = xml.rindex(b"</")
    return xml[:end] + elements.encode() + xml[end:]


_OWN_FILL = re.compile(rb"""\s(?:fillId|applyFill)\s*=\s*["'][^"']*["']""")
_COUNT = re.compile(rb"""\scount\s*=\s*["'][0-9]*["']""")
