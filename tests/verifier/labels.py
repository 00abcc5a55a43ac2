"""Labels that tests sign themselves: a key, sound claims, and the text of a label made of them."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import strategies as st

from keys import Ed25519Signer, PublicKey, Signer
from registry.labels.minting import mint
from schemas.declaration import Boundary, DeclaredUnit
from schemas.gs1 import parse_path
from schemas.label import LabelClaims, encode_claims

SIGNER = Ed25519Signer.from_seed(bytes(range(32)))
KEYS = {SIGNER.kid: PublicKey.load(SIGNER.public)}
PATH = "/01/09520000000004"
HOST = "id.example.org"
CLAIMS = LabelClaims(
    record=1234,
    leaf16=bytes(range(16)),
    footprint=Decimal("1.234"),
    unit=DeclaredUnit.KILOGRAM,
    amount=Decimal(1),
    boundary=Boundary.CRADLE_TO_GRAVE,
    year=2025,
    issued=date(2026, 5, 1),
    expires=date(2028, 5, 1),
)

_FIGURES = st.builds(
    lambda mantissa, places: Decimal(mantissa).scaleb(-places), st.integers(-(2**63), 2**63), st.integers(0, 9)
)
_DAYS = st.dates(date(1970, 1, 1))

claims = st.builds(
    lambda days, **fields: LabelClaims(issued=min(days), expires=max(days), **fields),
    st.tuples(_DAYS, _DAYS),
    record=st.integers(0, 2**64 - 1),
    leaf16=st.binary(min_size=16, max_size=16),
    footprint=_FIGURES,
    unit=st.sampled_from(DeclaredUnit),
    amount=_FIGURES.map(abs).filter(bool),
    boundary=st.sampled_from(Boundary),
    year=st.integers(0, 9999),
)
"""Any claims that a label can carry."""


def a_label(path: str = PATH, signer: Signer = SIGNER, host: str = HOST, **changes: Any) -> str:
    """The text of a label for ``path``, genuine under ``signer``; ``changes`` replace claims."""
    return mint(encode_claims(msgspec.structs.replace(CLAIMS, **changes)), parse_path(path), host, signer)


def token_of(label: str) -> bytes:
    """The bytes of a label's token."""
    number = int(label.partition("?c=")[2])
    return number.to_bytes((number.bit_length() + 7) // 8)


def with_token(label: str, token: bytes) -> str:
    """The same label with another token."""
    return f"{label.partition('?c=')[0]}?c={int.from_bytes(token)}"
