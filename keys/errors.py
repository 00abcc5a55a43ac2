"""Everything that `keys` raises on purpose. The tree is drawn in the package's docstring."""


class KeysError(Exception):
    """Root of the tree: catch it to catch whatever this package raises on purpose."""


class WeakPublicKey(KeysError):
    """These bytes must not be enrolled as an Ed25519 public key: verifiers would disagree about its signatures."""


class UnknownKey(KeysError):
    """No key with this key id is held, or trusted, here."""

    def __init__(self, kid: str, advice: str) -> None:
        super().__init__(f"no key {kid!r}: {advice}")
        self.kid = kid


class WrongPassphrase(KeysError):
    """A private key did not decrypt with the passphrase given."""


class KeyRingError(KeysError):
    """A file or folder of the key ring is missing, damaged, already there, or readable by others."""


class InvalidSignature(KeysError):
    """Well formed and signed by a known key id, but the signature is not good for these bytes."""


class MalformedToken(KeysError):
    """Not a compact JWS of the one form this project writes, or of another `typ` than was asked for."""


class MalformedNoteKey(KeysError):
    """Not a C2SP signed-note verifier key for Ed25519, or an origin that such a key cannot name."""


class MalformedNote(KeysError):
    """Not a C2SP signed note, or a text that such a note cannot carry."""


class UnsignedNote(KeysError):
    """A note that none of the keys known here has signed: ignore its text."""


class TrustError(KeysError):
    """`trust.json` contradicts itself or is not of its form: nothing in it may be trusted."""
