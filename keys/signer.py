"""The seam behind which a private key lives: today an encrypted file, later an HSM or a cloud KMS.

Everything that signs takes a `Signer` and never sees a private key. A new backend is one class with the three
members below; nothing else changes.
"""

from typing import Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keys.ed25519 import check_public_key, kid_of


class Signer(Protocol):
    """One Ed25519 key that can sign.

    An implementation guarantees:

    * `sign` is PureEdDSA (RFC 8032, section 5.1.6; in PKCS #11 terms CKM_EDDSA without the prehash flag) and
      deterministic: one message, one signature, so that a publish that is repeated after a crash gives the same bytes.
    * any number of threads may call `sign` at once.
    * `public` passes `check_public_key`, `kid` is `kid_of(public)`, and neither changes while the object lives.
    * a failure of the device raises; `sign` never returns something that does not verify.
    """

    @property
    def kid(self) -> str:
        """The key id: 16 hex digits."""
        ...

    @property
    def public(self) -> bytes:
        """The public key: 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature, R then S, over the message itself, of any length."""
        ...


class Ed25519Signer:
    """A `Signer` whose private key is in this process's memory. It cannot be pickled, and does not print the key."""

    __slots__ = ("_kid", "_private", "_public")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        """Raises WeakPublicKey if the key's public half must not be enrolled, which no properly drawn key gives."""
        public = private.public_key().public_bytes_raw()
        check_public_key(public)
        self._private = private
        self._public = public
        self._kid = kid_of(public)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """From the 32 secret bytes of RFC 8032, section 5.1.5; ValueError for any other number of bytes."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def kid(self) -> str:
        return self._kid

    @property
    def public(self) -> bytes:
        return self._public

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"<Ed25519Signer {self._kid}>"
