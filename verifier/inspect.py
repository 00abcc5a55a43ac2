"""What the label alone can tell: form and signature, without a log or a clock."""

from collections.abc import Mapping
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from keys import PublicKey
from schemas.gs1 import Gs1Path
from schemas.label import LabelClaims, UnreadableLabel, parse_claims, parse_label, parse_token, signed_message

FindingName = Literal["authentic", "forged", "unknown-key", "unsigned", "unreadable"]
KnownKeys = Mapping[str, PublicKey]


class Inspection(Struct, frozen=True, gc=False):
    """What was found. ``reason`` is a stable code; ``claims`` are given only when the signature is good.

    ``payload`` is the claims' exact bytes, ``key`` the id that the token names.
    """

    finding: FindingName
    reason: str
    path: Gs1Path | None = None
    claims: LabelClaims | None = None
    payload: bytes = b""
    key: str | None = None


def inspect(text: str, keys: KnownKeys) -> Inspection:
    """Reads ``text`` and checks its signature under ``keys`` (by hexadecimal key id). Never raises for any text."""
    try:
        label = parse_label(text)
    except UnreadableLabel as problem:
        return Inspection("unreadable", problem.reason)
    if label.digits is None:
        return Inspection("unsigned", "no-token", label.path)
    try:
        token = parse_token(label.digits)
        claims = parse_claims(token.payload)
    except UnreadableLabel as problem:
        return Inspection("unreadable", problem.reason, label.path)
    key = keys.get(token.kid)
    if key is None:
        return Inspection("unknown-key", "key-not-trusted", label.path, key=token.kid)
    if not key.verifies(token.signature, signed_message(token.kid, label.path, token.payload)):
        return Inspection("forged", "signature", label.path, key=token.kid)
    return Inspection("authentic", "signature-good", label.path, claims, token.payload, token.kid)


def inspect_label(text: str, keys: Mapping[str, PublicKey | Ed25519PublicKey | bytes]) -> Inspection:
    """``inspect`` for keys in any of three forms: ours, those of ``cryptography``, or 32 raw bytes.

    Raises ``keys.WeakPublicKey`` for a key that no honest signer has; never raises for any ``text``.
    """
    return inspect(text, {kid: _loaded(key) for kid, key in keys.items()})


def _loaded(key: PublicKey | Ed25519PublicKey | bytes) -> PublicKey:
    if isinstance(key, PublicKey):
        return key
    return PublicKey.load(key if isinstance(key, bytes) else key.public_bytes_raw())
