"""A witness's own key: one Ed25519 key in an encrypted private file, and the name under which it signs.

FOLDER/keys/witness.pem  the private key: PKCS #8, encrypted, mode 0600
FOLDER/keys/passphrase   unless the environment gives it (``keys.passphrase``)
FOLDER/witness.vkey      the verifier key, for those who rely on this witness
FOLDER/seen/             its memory (``verifier.witness.state``)
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from msgspec import Struct

from keys import (
    Ed25519Signer,
    KeyRingError,
    NoteKind,
    Signer,
    WrongPassphrase,
    make_passphrase,
    note_vkey,
    passphrase_for,
)
from keys.durable import write_durable
from keys.passphrase import FILE_NAME, VARIABLE
from keys.private_file import check_private_folder, make_private_folder, read_private, write_private
from verifier.witness.state import WitnessFault

_PRIVATE, _PUBLIC, _SEEN = "witness.pem", "witness.vkey", "seen"


class WitnessKey(Struct, frozen=True):
    """Who signs: ``name`` is the key's name on the signature line."""

    name: str
    signer: Signer
    seen: Path
    """The folder of what it has seen."""

    @property
    def vkey(self) -> str:
        """The verifier key (C2SP tlog-cosignature: signature type 0x04)."""
        return note_vkey(self.name, self.signer.public, NoteKind.COSIGNATURE)

    @classmethod
    def open(cls, folder: Path, name: str, environ: Mapping[str, str]) -> Self:
        """The key in ``folder``, drawn there, under ``name``, if there is none; one that is there keeps its name.

        Raises ``keys.KeysError``, and ``WitnessFault`` where there is a key but not what it has signed: such a witness
        would contradict itself, and must be retired.
        """
        seen, private, public = folder / _SEEN, folder / "keys" / _PRIVATE, folder / _PUBLIC
        if not os.path.lexists(private):
            note_vkey(name, Ed25519PrivateKey.generate().public_key().public_bytes_raw(), NoteKind.COSIGNATURE)
            make_private_folder(folder)
            seen.mkdir(exist_ok=True)
            _draw(private, environ)
        elif not seen.is_dir():
            raise WitnessFault(f"{seen} is missing: this witness has lost its memory; make a new one elsewhere")
        signer = _read(private, passphrase_for(private.parent, environ))
        if public.exists():
            name = public.read_text(encoding="utf-8").partition("+")[0]
        found = cls(name, signer, seen)
        if public.exists() and public.read_text(encoding="utf-8").strip() != found.vkey:
            raise WitnessFault(f"{public} is not of the key in {private}: restore the one or the other")
        if not public.exists():
            write_durable(public, f"{found.vkey}\n".encode(), replace=True)
        return found


def _draw(path: Path, environ: Mapping[str, str]) -> None:
    make_private_folder(path.parent)
    if not environ.get(VARIABLE) and not os.path.lexists(path.parent / FILE_NAME):
        make_passphrase(path.parent)
    encryption = BestAvailableEncryption(passphrase_for(path.parent, environ))
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    write_private(path, pem)


def _read(path: Path, passphrase: bytes) -> Signer:
    check_private_folder(path.parent)
    try:
        private = load_pem_private_key(read_private(path), passphrase)
    except (ValueError, TypeError) as problem:
        raise WrongPassphrase(f"{path} does not open with this passphrase: set the one it was made with") from problem
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyRingError(f"{path} is not an Ed25519 key")
    return Ed25519Signer(private)
