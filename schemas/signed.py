"""What a member signs with its own key: that the key is its own, and the declarations that it makes.

Each is a compact JWS (RFC 7515, 7.1) with EdDSA over Ed25519, made on the member's machine; the registry keeps
its exact bytes, and the log carries them. Any JWT library can make one, and check it.
"""

import json
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from schemas.declaration import Declaration

SIGNED_DECLARATION = "carbonlabel-declaration+jwt"
"""``typ`` of the JWS over a ``SignedDeclaration``."""

ENROLMENT = "carbonlabel-enrolment+jwt"
"""``typ`` of the JWS over an ``Enrolment``."""


class SignedDeclaration(Struct, frozen=True, forbid_unknown_fields=True):
    """What the owner declares, and to which registry: its origin, such as ``id.example.org``.

    In ``declaration`` the owner is named, and ``supersedes`` is the log index of the newest record of that product or
    place when it was signed, absent for the first: so what is signed can become one record, of one product, in one
    registry, as one version. Id, version and verification are not the owner's to state, and absent.
    """

    registry: str
    declaration: Declaration


class Enrolment(Struct, frozen=True, forbid_unknown_fields=True):
    """A member asks that the key which signs this be its own: ``x`` as in a JWK (RFC 8037, 2)."""

    member: str
    registry: str
    x: Annotated[str, Meta(min_length=43, max_length=43, description="the public key, 32 bytes in base64url")]
    at: datetime


def stated(declaration: Declaration) -> Declaration:
    """What of a declaration its owner states: all but what the registry and the verification body add."""
    return msgspec.structs.replace(declaration, id=None, version=1, verification=None)


def says_the_same(signed: Declaration, published: Declaration) -> bool:
    """Whether two declarations are the same in all that an owner states, digit for digit."""
    one, other = (msgspec.json.encode(stated(each), order="sorted") for each in (signed, published))
    return one == other


def read_signed(payload: bytes) -> SignedDeclaration:
    """The payload of a signed declaration.

    Raises ``ValueError`` for what is none, states what is not the owner's to state, or names a member twice, which
    readers would read differently.
    """
    signed = msgspec.json.decode(payload, type=SignedDeclaration)
    json.loads(payload, object_pairs_hook=_refuse_twice)
    if stated(signed.declaration) != signed.declaration:
        raise ValueError("id, version and verification are not the owner's to state: leave them out")
    return signed


def _refuse_twice(members: list[tuple[str, object]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise ValueError("a field appears twice")
