"""Secrets that the database holds sealed: whoever reads it, or a backup of it, learns none without the passphrase."""

import logging
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys import KeyRing

_LOG = logging.getLogger("carbonlabel.accounts")
_PURPOSE = "carbonlabel second factors"
_NONCE = 12
UNSEALED = 20
"""Bytes of a shared secret as it was kept before there were seals: a sealed one has more."""


class Seal:
    """AES-256-GCM under a key derived from the key ring's passphrase, which every host of a registry has.

    What is sealed for one person opens for no other.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def seal(self, secret: bytes, person: str) -> bytes:
        """What the database may keep of a person's ``secret``. Raises ``keys.KeysError``."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher().encrypt(nonce, secret, person.encode())

    def open(self, kept: bytes, person: str) -> bytes | None:
        """The person's secret; None when it was sealed with another passphrase, or for somebody else, or changed."""
        if len(kept) == UNSEALED:
            return kept
        try:
            return self._cipher().decrypt(kept[:_NONCE], kept[_NONCE:], person.encode())
        except (InvalidTag, ValueError):  # ValueError: too short to be anything
            _LOG.error("the second factor of person %s does not open with this passphrase", person)
            return None

    def _cipher(self) -> AESGCM:
        return AESGCM(self._ring.derive(_PURPOSE))
