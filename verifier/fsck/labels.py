"""A label's exact text against what the log gives. Pure, but for the signature, which is checked beside all else."""

from keys import KeyState
from schemas.label import Token, UnreadableLabel, label_url, parse_label, parse_token, signed_message
from verifier.fsck.fault import Fault
from verifier.fsck.keys import LABEL, KeyHistory
from verifier.fsck.signatures import Signatures


class WrongLabel(ValueError):
    """A label is not as the log gives it; the message is a sentence."""


def check_label(
    text: str, path: str, claims: bytes | None, origin: str, keys: KeyHistory, signatures: Signatures, fault: Fault
) -> Token:
    """The token in ``text``, which must be the label for ``path`` of the record whose labels say ``claims``.

    Raises ``WrongLabel``. ``fault`` is what there is to say if its signature is not good, which is known later. Whether
    its key is good for the record is left to the caller.
    """
    try:
        label = parse_label(text)
        if label.digits is None:
            raise WrongLabel("its text has no token")
        token = parse_token(label.digits)
    except UnreadableLabel as problem:
        raise WrongLabel(f"its text cannot be read: {problem}") from problem
    number = int(label.digits)
    due = label_url(origin, label.path, number.to_bytes((number.bit_length() + 7) // 8))
    if label.path.text != path or text != due:
        raise WrongLabel("its text is for another product, place or registry")
    if token.payload != claims:
        raise WrongLabel("its text does not say what the record declares")
    key = keys.get(token.kid)
    if key is None or key.use != LABEL:
        raise WrongLabel(f"it is signed by {token.kid}, which is no label key of the log")
    signatures.check(key.public, token.signature, signed_message(token.kid, label.path, token.payload), fault)
    return token


def ended_before(keys: KeyHistory, kid: str, record: int) -> KeyState | None:
    """How the label key ``kid`` had ended when ``record`` was written; None if it is good for labels of it."""
    key = keys.get(kid)
    return None if key is None or key.until is None or record < key.until else key.state
