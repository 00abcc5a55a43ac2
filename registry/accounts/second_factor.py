"""Time-based one-time passwords (RFC 6238): six digits, 30 seconds, SHA-1, as every authenticator app reads them."""

import hmac
import re
import secrets
from base64 import b32encode
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from schemas.member import MemberKind

STEP = 30
"""Seconds for which a code stands."""

DIGITS = 6
_SKEW = 1
_CODE = re.compile(r"[0-9]{6}", re.ASCII)
NEEDED_BY = frozenset({MemberKind.OPERATOR, MemberKind.VERIFICATION_BODY})
"""Kinds of organisations whose people cannot do without."""


def new_secret() -> bytes:
    """A shared secret of 160 bits, as RFC 4226 (4, R6) recommends."""
    return secrets.token_bytes(20)


def accepted_step(secret: bytes, code: str, used: int, now: datetime) -> int | None:
    """The time step that ``code`` is of, one before or after the present included; None when it is wrong.

    ``used`` is the last step accepted: a code of it, or of one before, is refused, so that none counts twice
    (RFC 6238, 5.2).
    """
    digits = code.replace(" ", "")
    if not _CODE.fullmatch(digits):
        return None
    present = int(now.timestamp()) // STEP
    found = None
    for step in range(present - _SKEW, present + _SKEW + 1):
        right = hmac.compare_digest(code_at(secret, step), digits)
        if right and step > used and found is None:
            found = step
    return found


def code_at(secret: bytes, step: int) -> str:
    """The code of a time step."""
    return _generator(secret).generate(step * STEP).decode()


def key_uri(secret: bytes, email: str, registry: str) -> str:
    """What an authenticator app scans."""
    return _generator(secret).get_provisioning_uri(email, registry)


def shown_secret(secret: bytes) -> str:
    """The secret to be typed: Base32, in groups of four."""
    text = b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _generator(secret: bytes) -> TOTP:
    # SHA-1 is what authenticator apps take; HMAC with it is sound (RFC 6238, 1.2)
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303
