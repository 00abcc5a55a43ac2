"""Compact JWS (RFC 7515, section 7.1) with EdDSA over Ed25519 (RFC 8037): the form of every log entry.

One form is written, `{"alg":"EdDSA","kid":"<16 hex digits>","typ":".."[,"cty":".."]}`, and little more is read:
members in another order and white space, as other JWT libraries write them, but no other member, none twice, and no
other algorithm. So there is no `alg` to confuse, no `crit` to overlook, no key in the header to be believed.

Pure: no I/O, no clock, no randomness.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from keys import base64url
from keys.ed25519 import SIGNATURE_BYTES, PublicKey
from keys.errors import InvalidSignature, MalformedToken, UnknownKey
from keys.signer import Signer

# An entry of the log is a token, and C2SP tlog-tiles gives its length 16 bits.
MAX_TOKEN_BYTES = 65_535
# Ours have about 90. The bound is what keeps the cache of decoded headers small, whatever is thrown at it.
MAX_HEADER_CHARACTERS = 1_024

_SIGNATURE_CHARACTERS = 86

_MediaType = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]+\Z")]
_KeyId = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]


class JwsHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The protected header (RFC 7515, section 4.1); its members, in the order in which they are written."""

    alg: Literal["EdDSA"]
    kid: _KeyId
    typ: _MediaType
    cty: _MediaType | msgspec.UnsetType = msgspec.UNSET


class Compact(msgspec.Struct, frozen=True):
    """A token taken apart. From `split_compact` it is well formed, no more; from `verify_compact` it is genuine."""

    header: JwsHeader
    payload: bytes
    signature: bytes
    signing_input: bytes


def sign_compact(signer: Signer, typ: str, payload: bytes, cty: str | None = None) -> bytes:
    """The token over `payload`, in ASCII. Deterministic: the same arguments give the same bytes.

    `typ` and `cty` are media types without `application/`. Raises MalformedToken for a `typ` or `cty` with other than
    visible ASCII characters, an empty payload, and a token of more than 65,535 bytes.
    """
    if not payload:
        raise MalformedToken("the payload is empty: a token has to say something")
    signing_input = _header_segment(signer.kid, typ, cty) + b"." + base64url.encode(payload)
    size = len(signing_input) + 1 + _SIGNATURE_CHARACTERS
    if size > MAX_TOKEN_BYTES:
        raise MalformedToken(f"the token would have {size} bytes, and the log takes {MAX_TOKEN_BYTES}: shorten it")
    return signing_input + b"." + base64url.encode(signer.sign(signing_input))


def split_compact(token: bytes) -> Compact:
    """Takes a token apart without verifying it.

    Raises MalformedToken unless it has at most 65,535 bytes in exactly three non-empty segments of canonical unpadded
    base64url, a header of at most 1,024 characters as the module says, and a signature of 64 bytes.
    """
    if len(token) > MAX_TOKEN_BYTES:
        raise MalformedToken(f"a token has at most {MAX_TOKEN_BYTES} bytes, this has {len(token)}")
    segments = token.split(b".", 3)
    if len(segments) != 3 or not all(segments):
        raise MalformedToken("a compact JWS has exactly three segments, none of them empty")
    header_segment, payload_segment, signature_segment = segments
    if len(header_segment) > MAX_HEADER_CHARACTERS:
        raise MalformedToken(f"the header has more than {MAX_HEADER_CHARACTERS} characters")
    header = _header_of(header_segment)
    try:
        payload, signature = base64url.decode(payload_segment), base64url.decode(signature_segment)
    except ValueError as error:
        raise MalformedToken("payload or signature is not canonical unpadded base64url") from error
    if len(signature) != SIGNATURE_BYTES:
        raise MalformedToken(f"the signature has {len(signature)} bytes, EdDSA's has {SIGNATURE_BYTES}")
    signing_input = token[: len(header_segment) + 1 + len(payload_segment)]
    return Compact(header, payload, signature, signing_input)


def verify_compact(token: bytes, keys: Mapping[str, PublicKey], typ: str | None) -> Compact:
    """The token taken apart, its signature good under the key of `keys` that its header names.

    `typ` is the only one accepted, character for character; None accepts any, and then the caller looks at
    `header.typ`. The algorithm is not the token's to choose: it is Ed25519, as strictly as `PublicKey.verifies`.

    Raises MalformedToken, UnknownKey, InvalidSignature, in that order.
    """
    compact = split_compact(token)
    if typ is not None and compact.header.typ != typ:
        raise MalformedToken(f"the token is a {compact.header.typ!r}, not a {typ!r}")
    key = keys.get(compact.header.kid)
    if key is None:
        raise UnknownKey(compact.header.kid, "not among the keys trusted here; fetch trust.json again")
    if not key.verifies(compact.signature, compact.signing_input):
        raise InvalidSignature(f"not signed by {compact.header.kid}, or changed since")
    return compact


@lru_cache(maxsize=256)
def _header_segment(kid: str, typ: str, cty: str | None) -> bytes:
    """The encoded header. Kept, for thousands of tokens a second share a few headers."""
    header = JwsHeader(alg="EdDSA", kid=kid, typ=typ, cty=msgspec.UNSET if cty is None else cty)
    try:
        segment = base64url.encode(msgspec.json.encode(header))
    except ValueError as error:
        raise MalformedToken(f"the header cannot be written: {error}") from error
    if len(segment) > MAX_HEADER_CHARACTERS:
        raise MalformedToken(f"the header has more than {MAX_HEADER_CHARACTERS} characters")
    _header_of(segment)  # never sign what we would not read
    return segment


@lru_cache(maxsize=256)
def _header_of(segment: bytes) -> JwsHeader:
    """The header in a segment, or MalformedToken."""
    try:
        text = base64url.decode(segment)
        header = msgspec.json.decode(text, type=JwsHeader)
        # msgspec keeps the last of two members with one name; RFC 7515, section 4, lets us refuse both. By now the
        # text is known to be one flat object of strings.
        json.loads(text, object_pairs_hook=_refuse_duplicates)
    except (ValueError, RecursionError) as error:
        raise MalformedToken(f"the header is not one this project writes: {error}") from error
    return header


def _refuse_duplicates(members: list[tuple[str, object]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise ValueError("a member appears twice")
