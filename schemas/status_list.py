"""Which records still stand: two bits a log index (IETF Token Status List, "Status List" and "Compressed Byte Array").

Four statuses to a byte, the first in its lowest bits; compressed as zlib (RFC 1950). The list says nothing of how many
indexes it is for: that is the size of the checkpoint it came with. An index that is not a record's is active.

Decoded, a list stays as packed as it was, a quarter of a byte a record: ``status_at`` looks into it.
"""

import zlib
from collections.abc import Sequence

from schemas.entry import RecordStatus

STATUSES = (RecordStatus.ACTIVE, RecordStatus.WITHDRAWN, RecordStatus.SUSPENDED, RecordStatus.SUPERSEDED)
"""By their codes, 0 to 3; the first three agree with the Token Status List's VALID, INVALID and SUSPENDED."""

_CODES = {status: code for code, status in enumerate(STATUSES)}
_BITS = 2
_PER_BYTE = 8 // _BITS
_LOWEST = 0b11
_LEVEL = 9


class StatusListError(ValueError):
    """Not a status list for so many indexes."""


def status_code(status: RecordStatus) -> int:
    """The status's code, 0 to 3."""
    return _CODES[status]


def encode(codes: bytes | bytearray | Sequence[int]) -> bytes:
    """The list of these codes, by index, compressed. ``StatusListError`` for a code other than 0 to 3."""
    return zlib.compress(pack(codes), _LEVEL)


def decode(data: bytes, size: int) -> bytes:
    """The list for ``size`` indexes, decompressed and still packed.

    Never decompresses more than that takes. ``StatusListError`` unless it is exactly one zlib stream of
    ``size / 4`` bytes, rounded up, with zeros in the bits left over.
    """
    needed = -(-max(size, 0) // _PER_BYTE)
    stream = zlib.decompressobj()
    try:
        packed = stream.decompress(data, needed + 1)
    except zlib.error as error:
        raise StatusListError("the status list is damaged: it cannot be decompressed") from error
    if len(packed) > needed or not stream.eof or stream.unused_data:
        raise StatusListError(f"the status list is not the compressed form of {needed} bytes, all of it and no more")
    _check_packed(packed, size)
    return packed


def pack(codes: bytes | bytearray | Sequence[int]) -> bytes:
    """Four codes to a byte, the first lowest. ``StatusListError`` for a code other than 0 to 3."""
    try:
        each = bytes(codes)
    except ValueError as error:
        raise StatusListError("a status code is 0 to 3") from error
    if each.translate(None, b"\x00\x01\x02\x03"):
        raise StatusListError("a status code is 0 to 3")
    # All the first of four as one long number, all the second as another: no code reaches into its neighbour.
    packed = 0
    for place in range(_PER_BYTE):
        packed |= int.from_bytes(each[place::_PER_BYTE], "little") << _BITS * place
    return packed.to_bytes(-(-len(each) // _PER_BYTE), "little")


def unpack(packed: bytes, size: int) -> bytes:
    """The codes of ``size`` indexes, a byte each. ``StatusListError`` as for ``decode``."""
    _check_packed(packed, size)
    codes = bytearray(len(packed) * _PER_BYTE)
    for place in range(_PER_BYTE):
        codes[place::_PER_BYTE] = packed.translate(_PLACES[place])
    return bytes(codes[:size])


def status_at(packed: bytes, index: int) -> RecordStatus:
    """The status of ``index``. ``StatusListError`` for an index that the list does not reach."""
    return STATUSES[code_at(packed, index)]


def code_at(packed: bytes, index: int) -> int:
    """The code of ``index``, 0 to 3. ``StatusListError`` for an index that the list does not reach."""
    if not 0 <= index < len(packed) * _PER_BYTE:
        raise StatusListError(f"the status list does not reach index {index}")
    return packed[index // _PER_BYTE] >> _BITS * (index % _PER_BYTE) & _LOWEST


_PLACES = tuple(bytes(byte >> _BITS * place & _LOWEST for byte in range(256)) for place in range(_PER_BYTE))
"""For each of the four places in a byte, the code there of every byte."""


def _check_packed(packed: bytes, size: int) -> None:
    if size < 0 or len(packed) != -(-size // _PER_BYTE):
        raise StatusListError(f"a status list for {size} indexes does not have {len(packed)} bytes")
    if size % _PER_BYTE and packed[-1] >> _BITS * (size % _PER_BYTE):
        raise StatusListError("the status list says something of indexes that the log does not have")
