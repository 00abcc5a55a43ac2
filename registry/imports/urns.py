"""Identifiers of other formats as URNs (RFC 8141).

Where an identifier has no namespace of its own, it is written as PACT's technical specifications 3.0 write one
("Product Identifier URNs"): ``urn:pact:``, the domain of whoever issued it, what kind it is, the identifier.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

GTIN_URN = "urn:gtin:"
_URN = "urn:"
_PLAIN = "!$&'()*+,;=:@/~-._"
"""What RFC 8141 lets stand in a URN besides letters and digits."""

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MOST = 200


def gtin_urns(values: object) -> list[str]:
    """Those of the values that are ``urn:gtin:`` with something behind it."""
    return [
        GTIN_URN + each.strip()[len(GTIN_URN) :] for each in _texts(values) if each.strip().lower().startswith(GTIN_URN)
    ]


def other_urns(values: object) -> list[str]:
    """Those of the values that are URNs of anything but a GTIN, each once."""
    texts = (each.strip() for each in _texts(values))
    urns = (each for each in texts if each.lower().startswith(_URN) and not each.lower().startswith(GTIN_URN))
    return list(dict.fromkeys(urns))


def issued_urn(domain: object, kind: str, identifier: object) -> str | None:
    """The URN of what the organisation with this domain issued; None without a domain or an identifier."""
    if not (isinstance(domain, str) and isinstance(identifier, str)):
        return None
    host, plain = domain.strip().lower(), identifier.strip()
    if not (_DOMAIN.fullmatch(host) and 0 < len(plain) <= _MOST):
        return None
    return f"urn:pact:{host}:{kind}:{quote(plain, safe=_PLAIN)}"


def uuid_urn(identifier: object) -> str | None:
    """``urn:uuid:`` of a UUID (RFC 9562); None for what is none."""
    plain = identifier.strip().lower() if isinstance(identifier, str) else ""
    return f"urn:uuid:{plain}" if _UUID.fullmatch(plain) else None


def _texts(values: object) -> Iterable[str]:
    return (each for each in values if isinstance(each, str)) if isinstance(values, list) else ()
