"""A shard: the labels that one range of the log minted, in a file to be mapped into memory and looked into at once.

Made so that any language can read it without a library. All numbers are unsigned and little-endian.

========================  =============================================================================================
at                        what
========================  =============================================================================================
0, 8 bytes                magic: ``CLSHARD`` and the version, 3
8, u64                    ``first``: the first log index of the range
16, u64                   ``end``: the log index behind the range; ``first`` < ``end``
24, u64                   ``until``: as far as the log had been read; ``first`` <= ``until`` <= ``end``. Equal to
                          ``end``, the shard is full, and never changes again
32, u64                   ``count``: how many rows
40, u64[count]            the record of each row: its log index. Ascending
40 + 8 count, u64[count]  the log index of the entry that minted the row's label
40 + 16 count,            where each row begins, from the start of the file; the last of these is the file's length.
u64[count + 1]            Rows lie one behind the other, without gaps
========================  =============================================================================================

A row:

========================  =============================================================================================
0, 8 bytes                the id of the record key that signed that entry (``label.md``: kid)
8, 8 bytes                the id of the label key that signed the label
16, u32; 20, u32          the days on which the label was issued and expires, counted from 1970-01-01
24, u16                   decimal digits of the token
26, u16; 28, u16          bytes of the name; of the owner
30, u8; 31, u8; 32, u8    bytes of the path; of the footprint; of the amount that the footprint is per
33, u8                    the declared unit, by its code on labels
34                        the GS1 path in ASCII; the footprint and the amount in decimal; the token's digits, two to a
                          byte: the last 136 in the low halves, those before them in the high halves, both aligned to
                          the right, and ``f`` where a half has none; the product's name by language, a JSON object;
                          the owner's name in UTF-8
========================  =============================================================================================

Rows are in the order of record, path (by byte) and entry. The label that a declaration itself mints, for its product or
place, has ``entry`` equal to ``record``: it is the first of its record, and the only row of it with name and owner.
Labels minted later, for lots, serial numbers or extensions, or again after a key was compromised, are in the shard of
the entry that minted them, with name and owner empty; ``entry`` is then above ``record``, which may be anywhere below.

A label's exact text is ``https://<origin><path>?c=<digits>``: a scan is compared with a row without any arithmetic.
The key, the dates and the figures are those of the token's claims (``schemas.label``), where the entry's leaf hash is
too; they stand beside it so that a million labels can be judged without taking a million tokens apart.

Nothing is believed: whatever does not lie where it must raises ``ShardError``.
"""

import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from mmap import mmap

import msgspec
from msgspec import Struct

from schemas.gs1 import InvalidGs1, parse_path
from schemas.label import (
    MAX_DIGITS,
    LabelClaims,
    Token,
    UnreadableLabel,
    day_number,
    encode_token,
    parse_claims,
    unit_code,
)
from schemas.packed_digits import pack_digits, packed_size, unpack_digits
from schemas.text import Text

SHARD_WIDTH = 4096
"""Log indexes of one shard."""

_NAMES = msgspec.json.Decoder(Text)
_MAGIC = b"CLSHARD\x03"
_HEADER = struct.Struct("<8sQQQQ")
_ROW = struct.Struct("<8s8sIIHHHBBBB")
_WORD = 8
_SIGNATURE = 66  # its head, 58 40, and 64 bytes
_PAYLOAD_HEAD = 17  # tag, array, protected map with the key id, empty unprotected map
_KID = slice(8, 16)
_PATH_SIZE = 30


class ShardError(ValueError):
    """Not a shard, or not a sound one."""


class ShardRow(Struct, frozen=True, order=True):
    """One label. ``signer`` is the id of the key that signed ``entry``; ``name`` is JSON as the record has it.

    ``name`` and ``owner`` are empty unless ``entry`` is ``record``.
    """

    record: int
    path: str
    entry: int
    signer: str
    token: bytes
    name: bytes = b""
    owner: str = ""

    @property
    def payload(self) -> bytes:
        """The claims' exact bytes, from within the token. Raises ``ShardError`` for a token without them."""
        start = _PAYLOAD_HEAD + (2 if self.token[_PAYLOAD_HEAD : _PAYLOAD_HEAD + 1] == b"\x58" else 1)
        payload = self.token[start:-_SIGNATURE]
        if not payload or self.token[-_SIGNATURE : 2 - _SIGNATURE] != b"\x58\x40":
            raise ShardError(f"the label of record {self.record} for {self.path} has no token")
        return payload

    @property
    def names(self) -> Text:
        """The product's name by language. Raises ``ShardError``."""
        try:
            return _NAMES.decode(self.name)
        except (ValueError, RecursionError) as problem:
            raise ShardError(f"the name of record {self.record} cannot be read: {problem}") from problem

    def text(self, origin: str) -> str:
        """The label's exact text."""
        return f"https://{origin}{self.path}?c={int.from_bytes(self.token)}"


def shard_name(first: int) -> str:
    """The file name of the shard that begins at log index ``first``: ``labels-<from>-<to>.bin``."""
    return f"labels-{first}-{first + SHARD_WIDTH}.bin"


def encode_shard(first: int, end: int, until: int, rows: Iterable[ShardRow]) -> bytes:
    """The file with these rows, in any order. Raises ``ShardError`` for rows that a shard cannot hold."""
    ordered = sorted(rows)
    if not 0 <= first <= until <= end or first == end:
        raise ShardError(f"no shard is from {first} to {end}, read until {until}")
    content = [_encode_row(row, _figures_if_any(row)) for row in ordered]
    place = _HEADER.size + _WORD * (3 * len(content) + 1)
    places = [place]
    for row in content:
        place += len(row)
        places.append(place)
    head = _HEADER.pack(_MAGIC, first, end, until, len(content))
    words = [row.record for row in ordered] + [row.entry for row in ordered] + places
    return b"".join((head, struct.pack(f"<{len(words)}Q", *words), *content))


class _Figures(Struct, frozen=True):
    """What stands of a label's claims beside its token: days, the declared unit's code, footprint and amount."""

    issued: int
    expires: int
    unit: int
    footprint: bytes
    amount: bytes

    @classmethod
    def of(cls, claims: LabelClaims) -> "_Figures":
        return cls(
            day_number(claims.issued),
            day_number(claims.expires),
            unit_code(claims.unit),
            str(claims.footprint).encode(),
            str(claims.amount).encode(),
        )


_NO_FIGURES = _Figures(0, 0, 0, b"", b"")


def _claims_of(row: ShardRow) -> LabelClaims:
    """Raises ``ShardError`` for a label without claims."""
    try:
        return parse_claims(row.payload)
    except UnreadableLabel as problem:
        raise ShardError(f"the label of record {row.record} for {row.path} has no claims: {problem}") from problem


def _figures_if_any(row: ShardRow) -> _Figures:
    """Writing is not judging: ``check`` finds a row without claims."""
    try:
        return _Figures.of(_claims_of(row))
    except ShardError:
        return _NO_FIGURES


def _encode_row(row: ShardRow, figures: _Figures) -> bytes:
    path, name, owner = row.path.encode("ascii"), row.name, row.owner.encode()
    digits = str(int.from_bytes(row.token))
    sizes = (len(digits), len(name), len(owner), len(path), len(figures.footprint), len(figures.amount))
    days = (figures.issued, figures.expires)
    try:
        if len(digits) > MAX_DIGITS:
            raise ShardError(f"the label of record {row.record} for {row.path} has {len(digits)} digits")
        head = _ROW.pack(bytes.fromhex(row.signer), row.token[_KID], *days, *sizes, figures.unit)
    except struct.error as problem:
        raise ShardError(f"the label of record {row.record} for {row.path} does not fit a shard") from problem
    return b"".join((head, path, figures.footprint, figures.amount, pack_digits(digits), name, owner))


def _check_label(row: ShardRow, claims: LabelClaims) -> None:
    """Raises ``ShardError`` unless the row's text is a label, but for the signature, and one of its record."""
    token = Token(row.token[_KID].hex(), row.payload, row.token[2 - _SIGNATURE :])
    if encode_token(token) != row.token or claims.record != row.record:
        raise ShardError(f"the token of record {row.record} for {row.path} is not one of that record")
    try:
        path = parse_path(row.path)
    except InvalidGs1 as problem:
        raise ShardError(f"the label of record {row.record} is for no product or place: {problem}") from problem
    if row.entry == row.record and not path.is_class_level:
        raise ShardError(f"the own label of record {row.record} is for {row.path}, not for a product or place itself")


class Shard:
    """A shard over a buffer, usually a mapped file. Reading one row touches a few pages of it, and no other row.

    Raises ``ShardError`` unless the header is sound; each row is checked when it is read, all of them by ``check``.
    Threads may share it. ``buffer``, ``records``, ``entries`` and ``places`` are the file's columns as they lie in it,
    for who reads many rows at once.
    """

    __slots__ = ("buffer", "end", "entries", "first", "places", "records", "until")

    def __init__(self, buffer: bytes | bytearray | memoryview | mmap) -> None:
        data = memoryview(buffer)
        if len(data) < _HEADER.size + _WORD:
            raise ShardError("too short to be a shard")
        magic, self.first, self.end, self.until, count = _HEADER.unpack_from(data)
        if magic != _MAGIC:
            raise ShardError("not a shard, or of a version that this program does not know: upgrade it")
        if not self.first <= self.until <= self.end or self.first == self.end:
            raise ShardError(f"no shard is from {self.first} to {self.end}, read until {self.until}")
        if count > (len(data) - _HEADER.size - _WORD) // (3 * _WORD):
            raise ShardError(f"a shard of {len(data)} bytes cannot have {count} rows")
        self.buffer = data
        self.records = _words(data, _HEADER.size, count)
        self.entries = _words(data, _HEADER.size + _WORD * count, count)
        self.places = _words(data, _HEADER.size + _WORD * 2 * count, count + 1)
        if self.places[0] != _HEADER.size + _WORD * (3 * count + 1) or self.places[count] != len(data):
            raise ShardError("the rows do not fill the shard")

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[ShardRow]:
        return map(self.at, range(len(self)))

    @property
    def is_full(self) -> bool:
        """Whether it will never change."""
        return self.until == self.end

    def row(self, record: int) -> ShardRow | None:
        """The row of the record's own label; None if no declaration is at this log index, or not in this range."""
        position = bisect_left(self.records, record)
        if position == len(self) or self.records[position] != record or self.entries[position] != record:
            return None
        return self.at(position)

    def rows_of(self, record: int) -> Iterator[ShardRow]:
        """The rows of a record in this shard, in the order of their paths."""
        return map(self.at, self._run(record))

    def paths_of(self, record: int) -> list[str]:
        """The GS1 paths for which entries of this range minted labels of a record."""
        return list(dict.fromkeys(map(self._path_at, self._run(record))))

    def holds(self, record: int, path: str) -> bool:
        """Whether an entry of this range minted a label of the record for this path."""
        run = self._run(record)
        if not run:
            return False
        position = bisect_left(run, path, key=self._path_at)
        return position < len(run) and self._path_at(run[position]) == path

    def at(self, position: int) -> ShardRow:
        """The row at ``position``, counted from 0. Raises ``ShardError`` if it is not sound."""
        row = self._row(position)
        signer, _, _, _, digits, name, owner, path, footprint, amount, _ = _ROW.unpack_from(row)
        path_end = _ROW.size + path
        digits_start = path_end + footprint + amount
        digits_end = digits_start + packed_size(digits)
        name_end = digits_end + name
        if name_end + owner != len(row):
            raise ShardError(f"row {position} is not as long as it says")
        try:
            text = row[_ROW.size : path_end].decode("ascii"), row[name_end:].decode()
            number = int(unpack_digits(row[digits_start:digits_end], digits) or "0")
        except ValueError as problem:
            raise ShardError(f"row {position} cannot be read: {problem}") from problem
        token, entry = number.to_bytes((number.bit_length() + 7) // 8), self.entries[position]
        names = row[digits_end:name_end]
        return ShardRow(self.records[position], text[0], entry, signer.hex(), token, names, text[1])

    def check(self) -> None:
        """Reads every row. Raises ``ShardError`` for the first that is not sound or not in its place."""
        before: tuple[int, str, int] | None = None
        for position, row in enumerate(self):
            key = (row.record, row.path, row.entry)
            if before is not None and before >= key:
                raise ShardError(f"row {position} is not in the order of rows")
            if not self.first <= row.entry < self.until or row.record > row.entry:
                raise ShardError(f"row {position} is of entry {row.entry}, which is not of this shard")
            claims = _claims_of(row)
            if _encode_row(row, _Figures.of(claims)) != self._row(position):
                raise ShardError(f"row {position} says something else than its token")
            _check_label(row, claims)
            if row.entry == row.record:
                if before is not None and before[0] == row.record:
                    raise ShardError(f"record {row.record} does not begin with its own label")
                _ = row.names
            elif row.name or row.owner:
                raise ShardError(f"row {position} has a name, which only a record's own label has")
            before = key

    def _row(self, position: int) -> bytes:
        """A row's bytes; its parts may still be longer than it is."""
        start, end = self.places[position], self.places[position + 1]
        if not self.places[0] <= start <= end - _ROW.size <= len(self.buffer) - _ROW.size:
            raise ShardError(f"row {position} does not lie within the shard")
        return bytes(self.buffer[start:end])

    def _path_at(self, position: int) -> str:
        """The path of a row, and nothing else of it."""
        row = self._row(position)
        try:
            return row[_ROW.size : _ROW.size + row[_PATH_SIZE]].decode("ascii")
        except UnicodeDecodeError as problem:
            raise ShardError(f"row {position} cannot be read: {problem}") from problem

    def _run(self, record: int) -> range:
        """The positions of a record's rows."""
        start = bisect_left(self.records, record)
        return range(start, bisect_right(self.records, record, lo=start))


def _words(data: memoryview, start: int, count: int) -> memoryview:
    """``count`` numbers from ``start`` on, without a copy where the machine keeps numbers as the file does."""
    part = data[start : start + _WORD * count]
    if sys.byteorder == "little":
        return part.cast("B").cast("Q")
    swapped = array("Q", bytes(part))
    swapped.byteswap()
    return memoryview(swapped)
