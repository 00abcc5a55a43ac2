"""E-mail addresses: the one form in which they are compared, the one in which a mail carries them, and what cannot be
one.

No step may turn an address into another's: what is written to it would reach that other. So letters that look alike are
told apart or refused, never put in each other's place, and nothing that a mail program would decode is taken.
"""

import re
import unicodedata

import idna

from registry.errors import InvalidInput

_OUTSIDE = r"\s@<>\"(),:;\\\[\]\x00-\x1f\x7f"
_ATOM = rf"[^.{_OUTSIDE}]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
"""A dot-string (RFC 5321, 4.1.2), with letters of all scripts (RFC 6531, 3.3)."""

_ENCODED = "=?"
"""How an encoded word begins (RFC 2047, 2): in an address none belongs, and a mail program that decodes it all the
same reads another address there."""

_PLAIN = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""Letters, digits and signs in full width, as a Chinese or Japanese keyboard may send them, as those of ASCII."""

MAX_EMAIL = 254
_MAX_LOCAL = 64  # octets: RFC 5321, 4.5.3.1.1


def normal_email(address: str, path: str) -> str:
    """``address`` as accounts are told apart by: composed, in small letters. Raises ``InvalidInput``.

    Whether mail arrives there only a message can tell. Case counts in no mailbox that is in use, and two accounts that
    differ by it alone would be a trap. Its domain is as IDNA 2008 has it, in letters: that of "ß" is not that of "ss".
    """
    try:
        local, _, domain = mailbox(address).rpartition("@")
        normal = f"{local}@{idna.decode(domain)}"
    except ValueError:
        normal = ""
    if not normal or not normal.isprintable():
        raise InvalidInput("this is no e-mail address", path)
    return normal


def mailbox(address: str) -> str:
    """``address`` as a mail carries it, its domain in ASCII (RFC 5891, 4). Raises ``ValueError`` when it cannot."""
    local, _, domain = address.strip().translate(_PLAIN).rpartition("@")
    carried = f"{_normal_local(local)}@{_ascii_domain(domain)}"
    if len(carried.encode()) > MAX_EMAIL:
        raise ValueError("the address is too long")
    return carried


def _normal_local(local: str) -> str:
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).lower())
    is_sound = _LOCAL.fullmatch(composed) and _ENCODED not in composed and composed.isprintable()
    # Ligatures, letters in circles and the like would be taken for those that they look like.
    if not is_sound or unicodedata.normalize("NFKC", composed) != composed:
        raise ValueError("this is no local part of an address")
    if len(composed.encode()) > _MAX_LOCAL:
        raise ValueError("the local part of an address is too long")
    return composed


def _ascii_domain(domain: str) -> str:
    if not domain.isprintable() or len(domain) > MAX_EMAIL:
        raise ValueError("this is no domain")
    name = idna.encode(domain, uts46=True).decode("ascii")
    _, dot, top = name.rpartition(".")
    if not dot or len(top) < 2 or top.isdigit():  # so none that ends with a dot, nor an IPv4 address
        raise ValueError("this is no domain that mail goes to")
    return name
