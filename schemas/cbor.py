"""The few CBOR items a label token is made of, deterministic only (RFC 8949, 4.2.1): shortest heads, no floats.

A general decoder accepts far more than a label may hold, and would have to be checked afterwards by encoding again. So
items are written by functions and read by patterns, which match nothing but the shortest form.
"""

UNSIGNED, NEGATIVE, BYTES, ARRAY, TAG = 0, 1, 2, 4, 6

# An argument in 1, 2, 4 or 8 bytes that would not fit the next shorter form (RFC 8949, 4.2.1, first rule).
UNSIGNED_PATTERN = (
    rb"(?:[\x00-\x17]|\x18[\x18-\xff]|\x19(?!\x00).{2}|\x1a(?!\x00\x00).{4}|\x1b(?!\x00\x00\x00\x00).{8})"
)
"""An unsigned integer of at most 64 bits, for patterns compiled with DOTALL."""

INTEGER_PATTERN = (
    rb"(?:[\x00-\x17\x20-\x37]|[\x18\x38][\x18-\xff]|[\x19\x39](?!\x00).{2}|[\x1a\x3a](?!\x00\x00).{4}"
    rb"|[\x1b\x3b](?!\x00\x00\x00\x00).{8})"
)
"""An integer, unsigned or negative."""


def head(major: int, value: int) -> bytes:
    """The shortest head of an item: its major type and its argument (RFC 8949, 3), which has at most 64 bits."""
    first = major << 5
    if value < 24:
        return bytes((first | value,))
    for size, code in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if value < 1 << (8 * size):
            return bytes((first | code,)) + value.to_bytes(size)
    raise ValueError(f"{value} needs more than 64 bits")


def integer(value: int) -> bytes:
    """An integer of at most 64 bits, as major type 0 or 1."""
    return head(UNSIGNED, value) if value >= 0 else head(NEGATIVE, -1 - value)


def byte_string(value: bytes) -> bytes:
    """A definite-length byte string."""
    size = len(value)
    return (_BYTE_HEADS[size] if size < len(_BYTE_HEADS) else head(BYTES, size)) + value


_BYTE_HEADS = tuple(head(BYTES, size) for size in range(256))
"""Each label that is verified needs two."""


def value_of(item: bytes) -> int:
    """The value of an item that one of the patterns has matched."""
    first = item[0]
    if first < 24:
        return first
    if first < 28:
        return int.from_bytes(item[1:])
    return 31 - first if first < 56 else -1 - int.from_bytes(item[1:])
