"""Minting a label from its record's log entry: a pure function of the entry, the path, the host and the key."""

from keys import Signer
from schemas.gs1 import Gs1Path
from schemas.label import Token, encode_token, label_url, signed_message


def mint(payload: bytes, path: Gs1Path, host: str, signer: Signer) -> str:
    """The text of the label for ``path`` of the record whose claims are ``payload``. Deterministic."""
    signature = signer.sign(signed_message(signer.kid, path, payload))
    return label_url(host, path, encode_token(Token(signer.kid, payload, signature)))
