"""Ed25519 (RFC 8032) public keys, as strictly as the strictest verifier.

RFC 8032 leaves room: whether small-order points and non-canonical encodings are accepted differs between OpenSSL,
libsodium, Go and browsers. A key or a signature in that room is `valid` on one shop's handheld and `forged` on the
next, so both are refused here, the key once when it is enrolled and R at each signature. What remains is checked
without the cofactor, S*B = R + k*A by comparing encodings, which is what all of them do.

Pure: no I/O, no clock, no randomness. Safe in any thread.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

import cryptography.exceptions
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.errors import WeakPublicKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_L_BIG_ENDIAN = _L.to_bytes(32, "big")
_SIGN_BIT = 1 << 255

# Deterministic CBOR (RFC 8949, section 4.2.1) of {1: 1 (OKP), -1: 6 (Ed25519), -2: x}, up to x: RFC 9679, section 4.1.
_THUMBPRINT_PREFIX = bytes.fromhex("a301012006215820")


def _small_order_y() -> frozenset[int]:
    """The y of the eight points of order 1, 2, 4 and 8: 1, -1, 0, and the two roots' pairs of d*y^4 + 2*y^2 = 1.

    Doubling a point gives y = (y^2 + x^2) / (2 - y^2 + x^2). A point of order 8 doubles to one of order 4, where y is
    0, so it has x^2 = -y^2; put into the curve -x^2 + y^2 = 1 + d*x^2*y^2, that is d*y^4 + 2*y^2 - 1 = 0.
    """
    root = _square_root(1 + _D)
    squares = [(sign * root - 1) * pow(_D, -1, _P) % _P for sign in (1, -1)]
    of_order_8 = [_square_root(square) for square in squares if _is_square(square)]
    return frozenset({1, _P - 1, 0, *of_order_8, *(_P - y for y in of_order_8)})


def _is_square(value: int) -> bool:
    """Euler's criterion modulo p; 0 counts as a square."""
    return pow(value, (_P - 1) // 2, _P) in (0, 1)


def _square_root(square: int) -> int:
    """A root modulo p of something that has one: RFC 8032, section 5.1.3, step 2."""
    root = pow(square, (_P + 3) // 8, _P)
    return root if (root * root - square) % _P == 0 else root * pow(2, (_P - 1) // 4, _P) % _P


def _refused_points() -> frozenset[bytes]:
    """Every one of the 48 encodings that is small-order or not canonical.

    Small order: five y, each under both sign bits; that takes in y = 1 and y = -1, where x is 0, with the sign bit
    set. Not canonical: the nineteen y from p to 2^255 - 1, each under both sign bits. So few that looking a point up
    replaces arithmetic.
    """
    every_y = [*_small_order_y(), *range(_P, 2**255)]
    return frozenset((y | sign).to_bytes(32, "little") for y in every_y for sign in (0, _SIGN_BIT))


_SMALL_ORDER_Y = _small_order_y()
_REFUSED_POINTS = _refused_points()


def kid_of(public: bytes) -> str:
    """The key id, as 16 hex digits: the first 8 bytes of the SHA-256 COSE key thumbprint (RFC 9679) of `public`.

    Raises WeakPublicKey if it is not 32 bytes.
    """
    if len(public) != KEY_BYTES:
        raise WeakPublicKey(f"an Ed25519 public key has {KEY_BYTES} bytes, this has {len(public)}")
    return sha256(_THUMBPRINT_PREFIX + public).hexdigest()[:16]


def check_public_key(public: bytes) -> None:
    """Returns for a key that may be enrolled; about a tenth of a millisecond.

    Refused with WeakPublicKey: another length than 32 bytes, y >= p (RFC 8032, section 5.1.3, step 1), one of the
    eight small-order points in any encoding, x = 0 with the sign bit set (step 4), and y off the curve (step 3).
    """
    if len(public) != KEY_BYTES:
        raise WeakPublicKey(f"an Ed25519 public key has {KEY_BYTES} bytes, this has {len(public)}")
    y = int.from_bytes(public, "little") & ~_SIGN_BIT
    if y >= _P:
        raise WeakPublicKey(f"public key {public.hex()} is not canonical: y >= p. Draw a new key")
    if y in _SMALL_ORDER_Y:
        raise WeakPublicKey(f"public key {public.hex()} is of small order: anyone can sign for it. Draw a new key")
    if not _is_square((y * y - 1) * (_D * y * y + 1)):  # x^2 = u / v has a root exactly when u * v is a square
        raise WeakPublicKey(f"public key {public.hex()} is not a point of the curve: check how it was copied")


def signature_is_strict(signature: bytes) -> bool:
    """Whether it has 64 bytes, S < L (RFC 8032, section 5.1.7, step 1), and an R neither small-order nor y >= p.

    Says nothing of whether the signature is good. An R off the curve is left to the verification itself, which
    compares it with the encoding of a point and so never accepts it. Well under a microsecond: it runs at each scan.
    """
    return (
        len(signature) == SIGNATURE_BYTES
        # S is below 2^252 but for one in 2^125, so its top byte nearly always decides.
        and (signature[63] < 0x10 or signature[:31:-1] < _L_BIG_ENDIAN)
        and signature[:32] not in _REFUSED_POINTS
    )


def load_public_key(public: bytes) -> Ed25519PublicKey:
    """The key in the form `cryptography` verifies with. For any bytes: WeakPublicKey or a key that is safe to use."""
    check_public_key(public)
    return Ed25519PublicKey.from_public_bytes(public)


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class PublicKey:
    """An Ed25519 public key that may be relied on. `PublicKey.load` is the only way to one, so holding one is proof.

    Equal, and equal in a hash, when the 32 bytes are, so that thresholds count distinct keys. Can be pickled, for
    verification in several processes, and is checked again when it arrives.
    """

    kid: str
    raw: bytes
    _loaded: Ed25519PublicKey

    def __init__(self) -> None:
        raise TypeError("use PublicKey.load(raw), which checks the key")

    @classmethod
    def load(cls, raw: bytes) -> Self:
        """From the 32 bytes of RFC 8032. Safe for any bytes: WeakPublicKey for what `check_public_key` refuses."""
        loaded = load_public_key(raw)
        key = object.__new__(cls)
        for name, value in (("kid", kid_of(raw)), ("raw", raw), ("_loaded", loaded)):
            object.__setattr__(key, name, value)
        return key

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` is this key's, over `message`, and strict. Never raises, whatever the bytes."""
        if not signature_is_strict(signature):
            return False
        try:
            self._loaded.verify(signature, message)
        except cryptography.exceptions.InvalidSignature:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return self.raw == other.raw if isinstance(other, PublicKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"<PublicKey {self.kid}>"

    def __reduce__(self) -> tuple[object, tuple[bytes]]:
        return PublicKey.load, (self.raw,)
