"""The label: a GS1 Digital Link whose ``c`` is a signed token in decimal digits.

Three layers, each without I/O, clock or keys:

* the text of a scan  <->  ``LabelText``: GS1 path and digits (``parse_label``, ``label_url``)
* the digits          <->  ``Token``: COSE_Sign1, RFC 9052 section 4.2, in the one form allowed (``parse_token``, ...)
* the payload         <->  ``LabelClaims``: ten claims in deterministic CBOR (``parse_claims``, ``encode_claims``)

``signed_message`` is what the signature covers: the Sig_structure of RFC 9052 section 4.4, with the GS1 path as
external data, so that a token moved to another product, lot or serial number is forged. Anything that is not exactly
of this form raises ``UnreadableLabel``.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Struct

from schemas import cbor
from schemas.declaration import Boundary, DeclaredUnit
from schemas.gs1 import PATH_PATTERN, Gs1Path, InvalidGs1, path_of_groups

PROFILE = 1
MAX_TEXT = 4096
MAX_DIGITS = 400
LEAF_BYTES = 16

_KEPT = 4096

_UNITS = tuple(DeclaredUnit)
_BOUNDARIES = (Boundary.CRADLE_TO_GATE, Boundary.CRADLE_TO_GRAVE, Boundary.CRADLE_TO_CONSUMPTION)
_UNIT_CODES = {unit: code for code, unit in enumerate(_UNITS, 1)}
_BOUNDARY_CODES = {boundary: code for code, boundary in enumerate(_BOUNDARIES, 1)}
_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal() - _EPOCH
_DECIMAL_FRACTION = 4
_TAG_4 = 0xC4

# tag 18, array(4), bstr(13) of {1: -8, 4: bstr(8)}; then kid, an empty unprotected map, payload, bstr(64) signature
_TOKEN_START = bytes.fromhex("d2844da201270448")
_KID_END = len(_TOKEN_START) + 8
_SIGNATURE_HEAD = b"\x58\x40"
_NO_UNPROTECTED = 0xA0
_SHORTEST = _KID_END + 2 + 66
_SIGNED_START = bytes.fromhex("846a") + b"Signature1" + bytes.fromhex("4da201270448")
_CONTEXT = b"carbonlabel:1"

# An identifier that GS1 lets begin a Digital Link path; in the part before ours it would make two readings possible.
_PRIMARY_KEYS = r"00|01|253|255|40[12]|41[457]|800[346]|801[0378]"
_BEFORE_PATH = (
    r"(?:\][A-Za-z][0-9A-Za-z]\s*)?"
    r"[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?(?::[0-9]{1,5})?"
    rf"(?:/(?!(?:{_PRIMARY_KEYS})/)[!$&-.0-9:;=@A-Z_a-z~%]*)*?"
)
_AFTER_PATH = r"(?:\?(?:c=(?P<digits>[1-9][0-9]{0,399})|(?P<query>[!-\"$-~]*)))?(?:\#[!-~]*)?"
_SCAN = re.compile(rf"{_BEFORE_PATH}(?P<path>{PATH_PATTERN}){_AFTER_PATH}", re.ASCII)
_ANY_LINK = re.compile(rf"{_BEFORE_PATH}/(?:01|414)/[!-\"$->@-~]*{_AFTER_PATH}", re.ASCII)

# The ten claims, profile 1, in the one form allowed: deterministic CBOR, nothing before, between or behind.
_DECIMAL = rb"((?:\xc4\x82[\x20-\x28])?" + cbor.INTEGER_PATTERN + rb")"
_CLAIMS = re.compile(
    rb"\x8a\x01(%(unsigned)s)\x50(.{16})%(decimal)s([\x01-\x0a])%(decimal)s([\x01-\x03])"
    rb"(%(unsigned)s)(%(unsigned)s)(%(unsigned)s)" % {b"unsigned": cbor.UNSIGNED_PATTERN, b"decimal": _DECIMAL},
    re.DOTALL,
)
_TOKEN_DIGITS = re.compile(r"[1-9][0-9]*", re.ASCII)


class UnreadableLabel(ValueError):
    """Not a label. ``reason`` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LabelText(Struct, frozen=True, gc=False):
    """A scan taken apart: the GS1 path, and the token's digits, or None for a link without a token."""

    path: Gs1Path
    digits: str | None


class Token(Struct, frozen=True, gc=False):
    """A COSE_Sign1 of the one form allowed: ``kid`` as 16 hexadecimal digits, payload, 64 bytes of signature."""

    kid: str
    payload: bytes
    signature: bytes


class LabelClaims(Struct, frozen=True, gc=False):
    """What a label says: the claims 1 to 9 of profile 1.

    ``record`` is the index of the log entry and ``leaf16`` the first 16 bytes of its Merkle leaf hash; ``footprint``
    is kgCO2e per ``amount`` of ``unit``; ``issued`` and ``expires`` are days, both included.
    """

    record: int
    leaf16: bytes
    footprint: Decimal
    unit: DeclaredUnit
    amount: Decimal
    boundary: Boundary
    year: int
    issued: date
    expires: date


def parse_label(text: str) -> LabelText:
    """Takes the text of a scan apart. White space and a symbology identifier around it are dropped, no more.

    Raises ``UnreadableLabel`` for whatever is not a GS1 Digital Link of a product or place, or has a token that is
    not 1 to 400 decimal digits, or more than one, or a GS1 attribute in the query.
    """
    if len(text) > MAX_TEXT:
        raise UnreadableLabel("too-long")
    scan = text.strip()
    match = _SCAN.fullmatch(scan)
    if match is None:
        raise UnreadableLabel("gs1-path" if _ANY_LINK.fullmatch(scan) else "not-a-gs1-digital-link")
    text, gtin, cpv, lot, serial, gln, extension, digits, query = match.groups()
    try:
        path = path_of_groups(text, gtin, cpv, lot, serial, gln, extension)
    except InvalidGs1:
        raise UnreadableLabel("gs1-path") from None
    return LabelText(path, digits if query is None else _token_digits(query))


def _token_digits(query: str) -> str | None:
    digits = None
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if "%" in key:
            key = unquote(key, errors="replace")
            if key == "c":
                raise UnreadableLabel("token-key-encoded")
        if key == "c":
            if digits is not None:
                raise UnreadableLabel("two-tokens")
            digits = _checked_digits(value)
        elif key.isdecimal():
            raise UnreadableLabel("gs1-attribute-in-query")
    return digits


def _checked_digits(value: str) -> str:
    if len(value) > MAX_DIGITS:
        raise UnreadableLabel("token-too-long")
    if not _TOKEN_DIGITS.fullmatch(value):
        raise UnreadableLabel("token-not-digits")
    return value


def label_url(host: str, path: Gs1Path, token: bytes) -> str:
    """The text of the label: ``https://<host><path>?c=<digits>``."""
    return f"https://{host.lower()}{path.text}?c={int.from_bytes(token)}"


def parse_token(digits: str) -> Token:
    """The token that decimal ``digits`` spell. Raises ``UnreadableLabel`` unless it has the one form allowed."""
    number = int(digits)
    data = number.to_bytes((number.bit_length() + 7) // 8)
    if len(data) < _SHORTEST or not data.startswith(_TOKEN_START) or data[_KID_END] != _NO_UNPROTECTED:
        raise UnreadableLabel("token-form")
    start = _KID_END + 2
    size = data[_KID_END + 1] - 0x40  # a byte string's head: its length in five bits, or in the byte that follows
    if size == 24:
        size, start = data[start], start + 1
        if size < 24:
            raise UnreadableLabel("token-form")
    elif not 0 <= size < 24:  # another head: read as a length it would make a second token of a genuine one
        raise UnreadableLabel("token-form")
    end = start + size
    if len(data) != end + 66 or data[end : end + 2] != _SIGNATURE_HEAD:
        raise UnreadableLabel("token-form")
    return Token(data[8:_KID_END].hex(), data[start:end], data[end + 2 :])


def encode_token(token: Token) -> bytes:
    """The bytes of ``token`` (RFC 9052, 4.2, tagged)."""
    start = _TOKEN_START + bytes.fromhex(token.kid) + b"\xa0"
    return start + cbor.byte_string(token.payload) + _SIGNATURE_HEAD + token.signature


def signed_message(kid: str, path: Gs1Path, payload: bytes) -> bytes:
    """What the signature covers: Sig_structure with external_aad ``carbonlabel:1`` + path (RFC 9052, 4.4)."""
    bound = _CONTEXT + path.text.encode()
    return _SIGNED_START + bytes.fromhex(kid) + cbor.byte_string(bound) + cbor.byte_string(payload)


def encode_claims(claims: LabelClaims) -> bytes:
    """The payload of a token. Raises ``ValueError`` for claims that a label cannot carry."""
    if len(claims.leaf16) != LEAF_BYTES or claims.amount <= 0 or claims.issued > claims.expires:
        raise ValueError("a label needs 16 bytes of leaf hash, an amount above zero, and issued not after expires")
    return b"".join(
        (
            cbor.head(cbor.ARRAY, 10),
            cbor.integer(PROFILE),
            cbor.head(cbor.UNSIGNED, claims.record),
            cbor.byte_string(claims.leaf16),
            _encode_decimal(claims.footprint),
            cbor.integer(unit_code(claims.unit)),
            _encode_decimal(claims.amount),
            cbor.integer(_BOUNDARY_CODES[claims.boundary]),
            cbor.head(cbor.UNSIGNED, claims.year),
            cbor.head(cbor.UNSIGNED, day_number(claims.issued)),
            cbor.head(cbor.UNSIGNED, day_number(claims.expires)),
        )
    )


def day_number(day: date) -> int:
    """A day as labels write it: counted from 1970-01-01."""
    return day.toordinal() - _EPOCH


def unit_code(unit: DeclaredUnit) -> int:
    """A declared unit as labels write it, 1 to 10."""
    return _UNIT_CODES[unit]


def parse_claims(payload: bytes) -> LabelClaims:
    """The claims of a payload. Raises ``UnreadableLabel`` unless it is exactly of the form of profile 1."""
    match = _CLAIMS.fullmatch(payload)
    if match is None:
        raise UnreadableLabel("claims-form" if payload[:2] == b"\x8a\x01" else "profile")
    record, leaf16, footprint, unit, amount, boundary, year, issued, expires = match.groups()
    per = _decimal_of(amount)
    year_of, first, last = _value_of(year), _value_of(issued), _value_of(expires)
    if per <= 0 or year_of > 9999 or not first <= last <= _LAST_DAY:
        raise UnreadableLabel("claims-range")
    return LabelClaims(
        cbor.value_of(record),
        leaf16,
        _decimal_of(footprint),
        _UNITS[unit[0] - 1],
        per,
        _BOUNDARIES[boundary[0] - 1],
        year_of,
        _day_of(first),
        _day_of(last),
    )


def _encode_decimal(value: Decimal) -> bytes:
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or not -9 <= exponent <= 18:
        raise ValueError(f"{value} does not fit a label: at most nine decimals")
    mantissa = int("".join(map(str, digits))) * (-1 if sign else 1)
    if exponent >= 0:
        return cbor.integer(mantissa * 10**exponent)
    fraction = cbor.integer(exponent) + cbor.integer(mantissa)
    return cbor.head(cbor.TAG, _DECIMAL_FRACTION) + cbor.head(cbor.ARRAY, 2) + fraction


# Labels of one registry have few different years, days and amounts.
_value_of = lru_cache(_KEPT)(cbor.value_of)


@lru_cache(_KEPT)
def _day_of(number: int) -> date:
    return date.fromordinal(number + _EPOCH)


@lru_cache(_KEPT)
def _decimal_of(item: bytes) -> Decimal:
    if item[0] != _TAG_4:
        return Decimal(cbor.value_of(item))
    return Decimal(cbor.value_of(item[3:])).scaleb(31 - item[2])
