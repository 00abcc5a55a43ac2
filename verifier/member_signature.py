"""A member's own signatures: what it declared, and that its key is its own. Pure.

The registry asks this before it takes a signature, and whoever checks the log asks it again of what the registry took.
"""

import msgspec

from keys import Compact, KeysError, PublicKey, WeakPublicKey, split_compact
from keys.base64url import decode
from schemas.declaration import Declaration
from schemas.signed import ENROLMENT, SIGNED_DECLARATION, Enrolment, SignedDeclaration, read_signed, says_the_same


class WrongSignature(ValueError):
    """It is not what the member must have signed; the message is a sentence."""


def read_signed_declaration(jws: bytes) -> tuple[Compact, SignedDeclaration]:
    """The token and what it says. Whether its signature is good, and by whose key, is left to the caller.

    Raises ``WrongSignature``.
    """
    compact = _split(jws, SIGNED_DECLARATION)
    try:
        return compact, read_signed(compact.payload)
    except (ValueError, RecursionError) as problem:
        raise WrongSignature(f"it cannot be read as a signed declaration: {problem}") from problem


def require_same(signed: SignedDeclaration, declared: Declaration, origin: str) -> None:
    """Raises ``WrongSignature`` unless ``signed`` is about ``declared``, a record's, in the registry of that origin."""
    if signed.registry != origin:
        raise WrongSignature(f"it was signed for the registry {signed.registry[:80]!r}, not for {origin!r}")
    if signed.declaration.owner != declared.owner:
        raise WrongSignature(f"it was signed for {signed.declaration.owner[:80]!r}, not for {declared.owner!r}")
    if signed.declaration.supersedes != declared.supersedes:
        raise WrongSignature(
            f"it was signed to follow record {signed.declaration.supersedes}, and follows record {declared.supersedes}"
        )
    if not says_the_same(signed.declaration, declared):
        raise WrongSignature("its owner signed another content than this")


def read_enrolment(jws: bytes, member: str, origin: str) -> tuple[PublicKey, Enrolment]:
    """The key that asks to be ``member``'s own in the registry of that origin; its signature is good.

    Raises ``WrongSignature``. Whether the time is that of the request is left to the caller.
    """
    compact = _split(jws, ENROLMENT)
    try:
        enrolment = msgspec.json.decode(compact.payload, type=Enrolment)
        key = PublicKey.load(decode(enrolment.x.encode()))
    except (ValueError, RecursionError, WeakPublicKey) as problem:
        raise WrongSignature(f"it cannot be read as the enrolment of a key: {problem}") from problem
    if (enrolment.member, enrolment.registry) != (member, origin):
        raise WrongSignature(
            f"it asks for a key of {enrolment.member[:80]!r} at {enrolment.registry[:80]!r}, "
            f"not of {member!r} at {origin!r}"
        )
    if compact.header.kid != key.kid or not key.verifies(compact.signature, compact.signing_input):
        raise WrongSignature("it is not signed by the key that it names")
    return key, enrolment


def _split(jws: bytes, typ: str) -> Compact:
    try:
        compact = split_compact(jws)
    except KeysError as problem:
        raise WrongSignature(f"it is no signature of a member: {problem}") from problem
    if compact.header.typ != typ:
        raise WrongSignature(f"it is a {compact.header.typ[:80]!r}, not a {typ!r}")
    return compact
