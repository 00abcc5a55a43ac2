"""Decimal digits, two to a byte, so that many are compared with text by a few operations on whole words.

The last ``LOW`` digits lie in the low halves of bytes and those before them in the high halves, both aligned to the
right; a half without a digit is ``f``. So the last ``2 * LOW`` digits of any text are the last ``LOW`` bytes: the high
halves in their order, then the low ones, with nothing to be shuffled. No token has fewer digits than that.
"""

LOW = 136
_NONE = "f"


def packed_size(count: int) -> int:
    """Bytes of so many digits."""
    return max(min(count, LOW), count - LOW)


def pack_digits(digits: str) -> bytes:
    """``digits`` are 0 to 9 in ASCII."""
    size = packed_size(len(digits))
    halves = bytearray(2 * size)
    halves[0::2] = digits[:-LOW].rjust(size, _NONE).encode()
    halves[1::2] = digits[-LOW:].rjust(size, _NONE).encode()
    return bytes.fromhex(halves.decode())


def unpack_digits(packed: bytes, count: int) -> str:
    """The digits; what is not packed so may give anything, and then not that again when packed."""
    halves = packed.hex()
    high, low = halves[0::2], halves[1::2]
    return high[len(high) - max(count - LOW, 0) :] + low[len(low) - min(count, LOW) :]
