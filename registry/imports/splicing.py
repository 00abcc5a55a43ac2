"""Where things stand in the XML of a sheet and of its styles, in bytes, so that something can be put there.

So a sheet is changed without being written anew: what no rule here knows of stays as it was, byte by byte.
"""

import re
from collections.abc import Collection, Iterable
from xml.parsers import expat

from msgspec import Struct, field

from registry.imports.worksheet import DamagedXml, column_of, parser_of

_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]*)["']""")
_SPANS = re.compile(rb"""\sspans\s*=\s*["'][^"']*["']""")
_END_OF_TAG = re.compile(rb"""(?:[^>"']+|"[^"]*"|'[^']*')*>""")
_AFTER_CELLS = frozenset(
    {
        *("legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects"),
        *("controls", "webPublishItems", "tableParts", "extLst"),
    }
)
"""What stands behind the place of a sheet's comments (CT_Worksheet)."""


class Splice(Struct, frozen=True, order=True):
    """``data`` in the place of the bytes from ``start`` to ``end``."""

    start: int
    end: int
    data: bytes


class CellPlace(Struct, frozen=True):
    """A cell's element: its bytes from ``start`` to ``end``, of which the tag ends at ``tag``; its style's index."""

    start: int
    tag: int
    end: int
    style: int


class RowPlace(Struct):
    """A row: the bytes of its tag, where its end tag begins, and its cells by column."""

    start: int
    tag: int
    end: int = 0
    cells: dict[int, CellPlace] = field(default_factory=dict)


class SheetPlaces(Struct):
    """The rows of a sheet by number, and its last column. ``comments`` is where comments would be named."""

    rows: dict[int, RowPlace] = field(default_factory=dict)
    right: int = -1
    comments: int = 0
    has_comments: bool = False
    prefix: str = ""


def spliced(xml: bytes, splices: Iterable[Splice]) -> bytes:
    """The bytes with all splices made, none of which may overlap."""
    pieces, at = [], 0
    for splice in sorted(splices):
        pieces += [xml[at : splice.start], splice.data]
        at = splice.end
    return b"".join([*pieces, xml[at:]])


def in_utf8(xml: bytes) -> bytes:
    """XML in UTF-8, the one encoding in which all that is put into it is. Raises ``DamagedXml``."""
    if not xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        return xml
    try:
        return re.sub(r"^<\?xml[^>]*\?>", "", xml.decode("utf-16")).encode()
    except UnicodeError as problem:
        raise DamagedXml(str(problem)) from None


def places_of(xml: bytes, cells: Collection[tuple[int, int]], columns: Collection[int]) -> SheetPlaces:
    """Where rows stand, and some cells, by row from 1 and column from 0, and all those of some columns.

    These columns count for nothing in where the sheet ends. Raises ``DamagedXml``.
    """
    finder = _Finder(xml, cells, columns)
    finder.run()
    return finder.places


def restyled(xml: bytes, cell: CellPlace, style: int) -> Splice:
    """A cell's tag with another style."""
    tag = _STYLE.sub(b"", xml[cell.start : cell.tag])
    name = re.match(rb"<[^\s/>]+", tag)
    assert name is not None
    return Splice(cell.start, cell.tag, name[0] + b' s="%d"' % style + tag[name.end() :])


def without_spans(xml: bytes, row: RowPlace) -> Splice:
    """A row's tag that no longer says how far its cells go."""
    return Splice(row.start, row.tag, _SPANS.sub(b"", xml[row.start : row.tag]))


def children(xml: bytes, parent: str, child: str) -> tuple[list[bytes], tuple[int, int], int]:
    """The elements ``child`` right in the first ``parent``, as they stand; the bytes of its tag, and where its end tag
    begins. Raises ``DamagedXml`` when there is no such parent with an end tag."""
    found: list[bytes] = []
    stack: list[str] = []
    tag, end, begun = (-1, -1), -1, (-1, -1)
    parser = parser_of()

    def of_tag(at: int) -> tuple[int, int]:
        return at, _end_of_tag(xml, at)

    def started(name: str, _: dict[str, str]) -> None:
        nonlocal tag, begun
        local = name.rpartition(":")[2]
        if local == parent and tag[0] < 0:
            tag = of_tag(parser.CurrentByteIndex)
        elif local == child and end < 0 and stack and stack[-1] == parent:
            begun = of_tag(parser.CurrentByteIndex)
        stack.append(local)

    def ended(name: str) -> None:
        nonlocal end
        local = name.rpartition(":")[2]
        stack.pop()
        if local == child and end < 0 and stack and stack[-1] == parent:
            is_empty = _is_empty(xml, begun[1])
            found.append(xml[begun[0] : begun[1] if is_empty else of_tag(parser.CurrentByteIndex)[1]])
        elif local == parent and end < 0:
            end = parser.CurrentByteIndex

    parser.StartElementHandler, parser.EndElementHandler = started, ended
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as problem:
        raise DamagedXml(str(problem)) from None
    if end <= tag[0]:
        raise DamagedXml(f"no {parent}")
    return found, tag, end


class _Finder:
    """Hears the sheet's elements and notes where they stand."""

    def __init__(self, xml: bytes, cells: Collection[tuple[int, int]], columns: Collection[int]) -> None:
        self.places = SheetPlaces()
        self._xml = xml
        self._cells, self._columns = cells, columns
        self._parser = parser_of()
        self._depth = 0
        self._number = 0
        self._row = RowPlace(0, 0)
        self._column = -1
        self._cell = (0, 0, 0)

    def run(self) -> None:
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        try:
            self._parser.Parse(self._xml, True)
        except expat.ExpatError as problem:
            raise DamagedXml(str(problem)) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        prefix, _, local = name.rpartition(":")
        at = self._parser.CurrentByteIndex
        if local == "row" and self._depth == 3:
            told = attributes.get("r", "")
            self._number = int(told) if told.isascii() and told.isdigit() else self._number + 1
            self._row, self._column = RowPlace(at, _end_of_tag(self._xml, at)), -1
            self.places.prefix = f"{prefix}:" if prefix else ""
        elif local == "c" and self._depth == 4:
            found = column_of(attributes.get("r", ""))
            self._column = self._column + 1 if found is None else found
            if self._column not in self._columns:
                self.places.right = max(self.places.right, self._column)
            if self._is_wanted():
                style = attributes.get("s", "0")
                self._cell = at, _end_of_tag(self._xml, at), int(style) if style.isascii() and style.isdigit() else 0
        elif self._depth == 2 and local in _AFTER_CELLS:
            self.places.has_comments = self.places.has_comments or local == "legacyDrawing"
            self.places.comments = self.places.comments or at

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        at = self._parser.CurrentByteIndex
        if local == "c" and self._depth == 4 and self._is_wanted():
            start, tag, style = self._cell
            end = tag if _is_empty(self._xml, tag) else _end_of_tag(self._xml, at)
            self._row.cells[self._column] = CellPlace(start, tag, end, style)
        elif local == "row" and self._depth == 3 and not _is_empty(self._xml, self._row.tag):
            self._row.end = at
            self.places.rows[self._number] = self._row
        elif self._depth == 1:
            self.places.comments = self.places.comments or at
        self._depth -= 1

    def _is_wanted(self) -> bool:
        return self._column in self._columns or (self._number, self._column) in self._cells


def _end_of_tag(xml: bytes, start: int) -> int:
    found = _END_OF_TAG.match(xml, start)
    if found is None:
        raise DamagedXml("a tag does not end")
    return found.end()


def _is_empty(xml: bytes, tag: int) -> bool:
    """Whether the tag that ends there is an element by itself: expat then says that it ends behind its tag."""
    return xml[tag - 2 : tag] == b"/>"
