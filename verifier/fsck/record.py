"""What a record must say of itself, given the log that it is in. Pure."""

from datetime import UTC
from hashlib import sha256

import msgspec

from schemas.declaration import Declaration
from schemas.entry import Credential, claims_of
from schemas.gs1 import InvalidGs1, parse_gln, parse_gtin
from schemas.label import encode_claims
from schemas.text import Text

_NONCE_DIGITS = 32
_DIGEST = 16


def record_path(declaration: Declaration) -> str | None:
    """The GS1 path of the declared product or place; None when it names none, or not a good one."""
    try:
        if declaration.gtin is not None:
            return f"/01/{parse_gtin(declaration.gtin)}"
        return None if declaration.gln is None else f"/414/{parse_gln(declaration.gln)}"
    except InvalidGs1:
        return None


def record_claims(credential: Credential, leaf: bytes) -> bytes | None:
    """The payload of every label of the record; None when no label can say what it declares."""
    try:
        return encode_claims(claims_of(credential, leaf))
    except (ValueError, ArithmeticError):
        return None


def shown_digest(name: Text, owner: str) -> bytes:
    """A digest of what is shown beside a label's figures: the product's name by language, and the owner's."""
    return sha256(msgspec.json.encode((name, owner), order="sorted")).digest()[:_DIGEST]


def wrong_facts(credential: Credential, path: str, origin: str, claims: bytes | None) -> list[str]:
    """A sentence for each thing that does not agree."""
    subject = credential.credential_subject
    declared = subject.declaration
    body = None if declared.verification is None else declared.verification.body
    days = (credential.valid_from.astimezone(UTC).date(), credential.valid_until.astimezone(UTC).date())
    base = f"https://{origin}"
    pairs = (
        ("issuer", credential.issuer.id, base),
        ("id", credential.id, f"{base}/v1/records/{credential.record}"),
        ("subject", subject.id, f"{base}{path}"),
        ("owner", subject.owner.id, declared.owner),
        ("verifier", subject.verifier.id, body),
        ("validity", days, (declared.valid_from, declared.valid_until)),
    )
    wrong = [f"its {name} is {found!r}, and should be {due!r}" for name, found, due in pairs if found != due]
    if declared.id is None:
        wrong.append("its declaration has no id")
    if len(credential.nonce) != _NONCE_DIGITS or not set(credential.nonce) <= set("0123456789abcdef"):
        wrong.append("its nonce is not 128 bits in hexadecimal digits")
    if claims is None:
        wrong.append("no label can say what it declares")
    return wrong
