"""Scans to try the demonstration with: genuine ones, and ones that were tampered with in every way there is.

Each is the text that a scanner would give, what was done to it, and the verdict that it must get.
"""

from collections.abc import Iterator
from hashlib import sha256

import msgspec
from msgspec import Struct

from keys import Ed25519Signer, Signer
from registry.demo.demo import ExampleLabel, examples
from registry.labels.minting import mint
from registry.registry import Registry
from schemas.gs1 import parse_path
from schemas.label import (
    LabelClaims,
    Token,
    encode_claims,
    encode_token,
    label_url,
    parse_claims,
    parse_label,
    parse_token,
)
from schemas.verdict import VerdictCode

_BEYOND = 1_000_000_000
"""A log index that the demonstration never reaches."""


class Sample(Struct, frozen=True):
    """One scan: its text, what it is, the product that the scanner expects if any, the verdict that it must get."""

    text: str
    note: str
    expect: VerdictCode
    product: str | None = None


class _Stranger:
    """A key of nobody's that signs under another key's id."""

    def __init__(self, kid: str) -> None:
        self._own = Ed25519Signer.from_seed(sha256(b"carbonlabel demonstration: a stranger's key").digest())
        self.kid = kid
        self.public = self._own.public

    def sign(self, message: bytes) -> bytes:
        return self._own.sign(message)


def sample_scans(registry: Registry) -> list[Sample]:
    """The scans, for a home that ``demonstrate`` has filled. The home's own label key signs one of them."""
    by_standing = {example.standing: example for example in examples(registry)}
    with registry.database.reading() as session:
        signer = registry.keys_in_force(session).label
    good, other = by_standing["active"], by_standing["suspended"]
    return [
        *_genuine(by_standing),
        *_mistaken(good, other),
        *_forged(good, other, signer),
        *_unfit(good),
    ]


def _genuine(labels: dict[str, ExampleLabel]) -> Iterator[Sample]:
    good = labels["active"].text
    yield Sample(good, "a label as it was minted", VerdictCode.VALID)
    yield Sample(f" ]Q1{good} \r\n", "the same with a scanner's noise around it", VerdictCode.VALID)
    yield Sample(labels["superseded"].text, "the label of an earlier year", VerdictCode.SUPERSEDED)
    yield Sample(labels["suspended"].text, "the label of a suspended record", VerdictCode.SUSPENDED)
    yield Sample(labels["withdrawn"].text, "the label of a withdrawn record", VerdictCode.WITHDRAWN)


def _mistaken(good: ExampleLabel, other: ExampleLabel) -> Iterator[Sample]:
    expected = other.key_path.rsplit("/", 1)[1]
    yield Sample(good.text, "a genuine label on another product's shelf", VerdictCode.MISMATCH, expected)


def _forged(good: ExampleLabel, other: ExampleLabel, signer: Signer) -> Iterator[Sample]:
    path, token = parse_path(good.key_path), _token_of(good.text)
    host = good.text.split("/")[2]
    claims = parse_claims(token.payload)
    yield Sample(_last_digit_changed(good.text), "one digit of the token changed", VerdictCode.FORGED)
    moved = good.text.replace(good.key_path, other.key_path)
    yield Sample(moved, "the token moved to another product", VerdictCode.FORGED)
    better = encode_claims(msgspec.structs.replace(claims, footprint=claims.footprint / 2))
    halved = encode_token(Token(token.kid, better, token.signature))
    yield Sample(label_url(host, path, halved), "the figure halved under the old signature", VerdictCode.FORGED)
    stranger = mint(better, path, host, _Stranger(token.kid))
    yield Sample(stranger, "signed by a stranger under the registry's key id", VerdictCode.FORGED)
    own = Ed25519Signer.from_seed(sha256(b"carbonlabel demonstration: a stranger's key").digest())
    yield Sample(mint(token.payload, path, host, own), "signed by a stranger's own key", VerdictCode.UNKNOWN_KEY)
    unlogged = mint(_of_a_record_beyond(claims), path, host, signer)
    yield Sample(unlogged, "signed with the registry's stolen label key, no record in the log", VerdictCode.UNLOGGED)


def _unfit(good: ExampleLabel) -> Iterator[Sample]:
    bare = good.text.split("?")[0]
    yield Sample(bare, "an ordinary GS1 Digital Link, no token", VerdictCode.UNSIGNED)
    yield Sample(good.text[:-40], "a label cut off", VerdictCode.UNREADABLE)
    yield Sample("5449000000996", "a plain barcode", VerdictCode.UNREADABLE)


def _token_of(text: str) -> Token:
    digits = parse_label(text).digits
    assert digits is not None
    return parse_token(digits)


def _last_digit_changed(text: str) -> str:
    return text[:-1] + str((int(text[-1]) + 1) % 10)


def _of_a_record_beyond(claims: LabelClaims) -> bytes:
    return encode_claims(msgspec.structs.replace(claims, record=_BEYOND))
