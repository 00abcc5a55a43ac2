"""The few CBOR items a label token is made of, deterministic only (RFC 8949, 4.2.1): shortest heads, no floats.

A general decoder accepts far more than a label may hold, and would have to be checked afterwards by encoding again.
Reading just these items, and refusing everything else, is both stricter and faster.
"""

UNSIGNED, NEGATIVE, BYTES, ARRAY, TAG = 0, 1, 2, 4, 6


class MalformedCbor(ValueError):
    """Bytes that are not the deterministic CBOR expected at that place."""


def head(major: int, value: int) -> bytes:
    """The shortest head of an item: its major type and its argument (RFC 8949, 3)."""
    first = major << 5
    if value < 24:
        return bytes((first | value,))
    for size, code in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if value < 1 << (8 * size):
            return bytes((first | code,)) + value.to_bytes(size)
    raise MalformedCbor(f"{value} needs more than 64 bits")


def integer(value: int) -> bytes:
    """An integer of at most 64 bits, as major type 0 or 1."""
    return head(UNSIGNED, value) if value >= 0 else head(NEGATIVE, -1 - value)


def byte_string(value: bytes) -> bytes:
    """A definite-length byte string."""
    return head(BYTES, len(value)) + value


def read_head(data: bytes, at: int) -> tuple[int, int, int]:
    """The item head at ``at``: major type, argument, and where what follows begins. Raises ``MalformedCbor``."""
    try:
        first = data[at]
    except IndexError:
        raise MalformedCbor("cut short") from None
    argument = first & 31
    if argument < 24:
        return first >> 5, argument, at + 1
    if argument > 27:
        raise MalformedCbor("indefinite length or reserved head")
    size = 1 << (argument - 24)
    end = at + 1 + size
    value = int.from_bytes(data[at + 1 : end])
    if end > len(data) or value < (24 if size == 1 else 1 << (4 * size)):
        raise MalformedCbor("cut short, or not the shortest form")
    return first >> 5, value, end


def read_integer(data: bytes, at: int) -> tuple[int, int]:
    """The integer at ``at`` and where it ends. Raises ``MalformedCbor``."""
    major, value, at = read_head(data, at)
    if major == UNSIGNED:
        return value, at
    if major == NEGATIVE:
        return -1 - value, at
    raise MalformedCbor("an integer is expected")


def read_unsigned(data: bytes, at: int) -> tuple[int, int]:
    """The unsigned integer at ``at`` and where it ends. Raises ``MalformedCbor``."""
    major, value, at = read_head(data, at)
    if major != UNSIGNED:
        raise MalformedCbor("an unsigned integer is expected")
    return value, at


def read_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    """The byte string at ``at`` and where it ends. Raises ``MalformedCbor``."""
    major, length, at = read_head(data, at)
    end = at + length
    if major != BYTES or end > len(data):
        raise MalformedCbor("a byte string is expected")
    return data[at:end], end
