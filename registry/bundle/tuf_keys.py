"""Our keys and signers in the form that python-tuf takes."""

from collections.abc import Iterable
from typing import NoReturn, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import Key, SecretsHandler, Signature, SSlibKey
from securesystemslib.signer import Signer as TufSigner
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from keys import PublicKey, Signer

_Role = TypeVar("_Role", Root, Timestamp, Snapshot, Targets)


def tuf_key(public: bytes) -> SSlibKey:
    """An Ed25519 public key, 32 bytes, with its TUF key id. Raises ``keys.WeakPublicKey``."""
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(PublicKey.load(public).raw))


class RoleSigner(TufSigner):
    """Signs TUF metadata with one of our signers, wherever that keeps its key."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._key = tuf_key(signer.public)

    @property
    def public_key(self) -> Key:
        """The key, in TUF's form."""
        return self._key

    def sign(self, payload: bytes) -> Signature:
        """The signature over ``payload``."""
        return Signature(self._key.keyid, self._signer.sign(payload).hex())

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None
    ) -> NoReturn:
        """Not offered: keys come from our own ring."""
        raise NotImplementedError


def signed_bytes(role: _Role, signers: Iterable[Signer]) -> bytes:
    """The metadata file of ``role``, signed by all ``signers``."""
    metadata = Metadata(role)
    for signer in signers:
        metadata.sign(RoleSigner(signer), append=True)
    return metadata.to_bytes()
