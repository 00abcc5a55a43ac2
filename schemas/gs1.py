"""GS1 keys and the GS1 Digital Link path that a label is bound to.

Sources: GS1 General Specifications, sections 3 and 7.9 (check digit) and 7.11 (character set 82);
GS1 Digital Link Standard: URI Syntax 1.2, section 4 (keys, qualifiers and their order, percent-encoding).
"""

import re
from urllib.parse import quote, unquote

from msgspec import Struct

_ZERO = ord("0")
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_SET_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}", re.ASCII)

# A value in a path: letters, digits and -._ as they are; any other character of set 82 percent-encoded, upper-case
# (RFC 3986, 2.1 and 6.2.2.1: producers use upper-case hexadecimal and encode nothing unreserved).
_ENCODED = r"(?:[A-Za-z0-9._-]|%2[1256789ABCF]|%3[ABCDEF]){1,20}"
PATH_PATTERN = (
    rf"/01/(?P<gtin>[0-9]{{14}})(?:/22/(?P<cpv>{_ENCODED}))?(?:/10/(?P<lot>{_ENCODED}))?(?:/21/(?P<serial>{_ENCODED}))?"
    rf"|/414/(?P<gln>[0-9]{{13}})(?:/254/(?P<extension>{_ENCODED}))?"
)
"""A whole path, with a group for each value in the order of ``Gs1Path``: gtin, cpv, lot, serial, gln, extension."""
_PATH = re.compile(PATH_PATTERN, re.ASCII)


class InvalidGs1(ValueError):
    """A GTIN, GLN or path that GS1's rules refuse; the message says why and what would be right."""


def check_digit(digits: str) -> str:
    """The mod-10 check digit that belongs behind ``digits`` (GS1 General Specifications, 7.9.1)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_check_digit(key: str) -> bool:
    """Whether the last of the ASCII digits ``key`` is its mod-10 check digit."""
    digits = key.encode()
    thrice, once = digits[-2::-2], digits[-1::-2]
    return (3 * (sum(thrice) - _ZERO * len(thrice)) + sum(once) - _ZERO * len(once)) % 10 == 0


def parse_gtin(text: str) -> str:
    """The GTIN-14 of a GTIN of 8, 12, 13 or 14 digits, spaces and hyphens dropped. Raises ``InvalidGs1``."""
    digits = text.replace(" ", "").replace("-", "")
    if not _DIGITS.fullmatch(digits):
        raise InvalidGs1(f"a GTIN is digits only, not {text[:40]!r}")
    if len(digits) not in (8, 12, 13, 14):
        raise InvalidGs1(f"a GTIN has 8, 12, 13 or 14 digits, not {len(digits)}; leading zeros count")
    if not has_check_digit(digits):
        raise InvalidGs1(f"the check digit of {digits} is wrong: {digits[:-1]} takes a {check_digit(digits[:-1])}")
    return digits.zfill(14)


def parse_gln(text: str) -> str:
    """The GLN of 13 digits, spaces and hyphens dropped. Raises ``InvalidGs1``."""
    digits = text.replace(" ", "").replace("-", "")
    if not _DIGITS.fullmatch(digits) or len(digits) != 13:
        raise InvalidGs1(f"a GLN is 13 digits, not {text[:40]!r}")
    if not has_check_digit(digits):
        raise InvalidGs1(f"the check digit of {digits} is wrong: {digits[:-1]} takes a {check_digit(digits[:-1])}")
    return digits


class Gs1Path(Struct, frozen=True, gc=False):
    """A GS1 Digital Link path of a product or a place. ``text`` is the path exactly as written; values are decoded."""

    text: str
    gtin: str | None = None
    cpv: str | None = None
    lot: str | None = None
    serial: str | None = None
    gln: str | None = None
    extension: str | None = None

    @property
    def key_path(self) -> str:
        """The path of the product or place itself, without qualifiers."""
        return f"/01/{self.gtin}" if self.gtin else f"/414/{self.gln}"

    @property
    def is_class_level(self) -> bool:
        """Whether the path names the product or place itself, no variant, lot, serial number or extension."""
        return self.text == self.key_path

    @classmethod
    def of(
        cls,
        *,
        gtin: str | None = None,
        cpv: str | None = None,
        lot: str | None = None,
        serial: str | None = None,
        gln: str | None = None,
        extension: str | None = None,
    ) -> "Gs1Path":
        """Builds the path of a GTIN with qualifiers, or of a GLN with an extension. Raises ``InvalidGs1``."""
        if (gtin is None) == (gln is None):
            raise InvalidGs1("a label is for a GTIN or for a GLN: give exactly one")
        if gtin is not None:
            if extension is not None:
                raise InvalidGs1("an extension (AI 254) belongs to a GLN, not to a GTIN")
            text = f"/01/{parse_gtin(gtin)}"
            qualifiers = (("22", cpv), ("10", lot), ("21", serial))
        else:
            if cpv is not None or lot is not None or serial is not None:
                raise InvalidGs1("variant, lot and serial number belong to a GTIN, not to a GLN")
            text = f"/414/{parse_gln(gln or '')}"
            qualifiers = (("254", extension),)
        for identifier, value in qualifiers:
            if value is not None:
                text += f"/{identifier}/{encode_value(value)}"
        return parse_path(text)


def encode_value(value: str) -> str:
    """An alphanumeric AI value percent-encoded for a path. Raises ``InvalidGs1`` outside set 82 or 1-20 characters."""
    if not _SET_82.fullmatch(value):
        raise InvalidGs1(f"{value[:40]!r} is not 1 to 20 characters of GS1's character set 82")
    return quote(value, safe="").replace("~", "%7E")


def parse_path(text: str) -> Gs1Path:
    """Parses a whole path, from ``/01/`` or ``/414/`` to its end. Raises ``InvalidGs1``."""
    match = _PATH.fullmatch(text)
    if match is None:
        raise InvalidGs1(f"{text[:80]!r} is not a GS1 Digital Link path of a GTIN or a GLN")
    return path_of_groups(text, *match.groups())


def path_of_groups(
    text: str,
    gtin: str | None,
    cpv: str | None,
    lot: str | None,
    serial: str | None,
    gln: str | None,
    extension: str | None,
) -> Gs1Path:
    """The path ``text`` from the groups of ``PATH_PATTERN``. Raises ``InvalidGs1`` for a wrong check digit."""
    key = gtin or gln
    if key is None or not has_check_digit(key):
        raise InvalidGs1(f"the check digit of {key} is wrong")
    if cpv or lot or serial or extension:
        return Gs1Path(text, gtin, _decoded(cpv), _decoded(lot), _decoded(serial), gln, _decoded(extension))
    return Gs1Path(text, gtin, None, None, None, gln)


def _decoded(value: str | None) -> str | None:
    return None if value is None else unquote(value)
