"""What the files of a log share: hashes in standard base64 and numbers in plain decimal, each in its one spelling."""

import base64
import re

HASH_BYTES = 32
"""SHA-256."""

MAX_TREE = 2**63 - 1
"""Entries of a tree at most: what a signed 64-bit number holds, as in other implementations."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class MalformedTlog(ValueError):
    """Not exactly of the form that C2SP gives this file, path or value."""


def decimal(text: str, what: str) -> int:
    """An ASCII decimal from 0 to ``MAX_TREE`` without leading zeroes."""
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_TREE:
        raise MalformedTlog(f"{what} is no plain decimal number below 2^63: {text[:40]!r}")
    return int(text)


def base64_text(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def base64_bytes(text: str, what: str) -> bytes:
    """The bytes that ``base64_text`` spells exactly so: no spare bits, no white space."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise MalformedTlog(f"{what} is not base64: {text[:60]!r}") from None
    if base64_text(data) != text:
        raise MalformedTlog(f"{what} is not in the one spelling of its base64: {text[:60]!r}")
    return data


def hash_of_text(text: str, what: str) -> bytes:
    """A SHA-256 hash in base64."""
    data = base64_bytes(text, what)
    if len(data) != HASH_BYTES:
        raise MalformedTlog(f"{what} has {len(data)} bytes, a SHA-256 hash has {HASH_BYTES}")
    return data
