"""The key ring: a folder of private keys, each its own encrypted file."""

import re
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from keys.ed25519 import PublicKey
from keys.errors import KeyRingError, UnknownKey, WrongPassphrase
from keys.private_file import (
    check_private_file,
    check_private_folder,
    make_private_folder,
    names_in,
    read_private,
    remove_private,
    write_private,
)
from keys.signer import Ed25519Signer, Signer

_PEM_HEADER = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
# OpenSSL takes no longer one.
_MAX_PASSPHRASE_BYTES = 1023


class KeyUse(StrEnum):
    """What a key signs, and so who keeps it. One key has one use.

    `record`, `label`, `log`, `targets`, `snapshot` and `timestamp` are online: the registry holds them in its ring,
    encrypted at rest. `root` says who holds the roles of the bundle; in production its keys are drawn and kept
    offline, two of three, and never lie in a server's ring. A ring holds them only on the medium of a key ceremony,
    or in a demonstration. `member` is the member's own, in the member's own ring.
    """

    RECORD = "record"  # log entries
    LABEL = "label"  # label tokens
    LOG = "log"  # checkpoints
    TARGETS = "targets"  # TUF: what the bundle consists of
    SNAPSHOT = "snapshot"  # TUF: which versions belong together
    TIMESTAMP = "timestamp"  # TUF: which snapshot is the newest
    ROOT = "root"  # TUF: who holds the roles
    MEMBER = "member"  # the declaration a member submits


_FILE_NAME = re.compile(rf"({'|'.join(KeyUse)})-([0-9a-f]{{16}})\.pem")


class KeyRing:
    """A folder, mode 0700, of Ed25519 private keys, `<use>-<kid>.pem`: PKCS #8, encrypted, PEM, mode 0600.

    One ring has one passphrase. It should be drawn, not thought up (`make_passphrase`): the derivation that
    `cryptography` chooses is quick. Decrypted keys stay in memory until the ring is dropped or the key destroyed.
    Threads may share a ring, and processes a folder. Get one from `create` or `open`.
    """

    def __init__(self, folder: Path, passphrase: bytes) -> None:
        """As `open`."""
        check_private_folder(folder)
        if not 0 < len(passphrase) <= _MAX_PASSPHRASE_BYTES:
            raise KeyRingError(f"the passphrase must have 1 to {_MAX_PASSPHRASE_BYTES} bytes: has {len(passphrase)}")
        self._folder = folder
        self._passphrase = passphrase
        self._lock = Lock()
        self._signers: dict[str, Ed25519Signer] = {}
        for _, path in self._files().values():
            check_private_file(path)

    @classmethod
    def create(cls, folder: Path, passphrase: bytes) -> Self:
        """A new, empty ring. The folder may exist if it is private; KeyRingError if it has keys already."""
        make_private_folder(folder)
        ring = cls(folder, passphrase)
        if ring._files():
            raise KeyRingError(f"{folder} already holds keys: open it, or name another folder")
        return ring

    @classmethod
    def open(cls, folder: Path, passphrase: bytes) -> Self:
        """The ring in `folder`. Each key is decrypted when it is first asked for, not now.

        Raises KeyRingError if the folder is missing, it or a key is open to others, or two files claim one key id.
        """
        return cls(folder, passphrase)

    def generate(self, use: KeyUse) -> Signer:
        """Draws a key, checks it, and returns it when its file is safe on disk. Never replaces a file.

        Raises WrongPassphrase if the ring's other keys have another passphrase than this ring was opened with.
        """
        with self._lock:
            self._check_passphrase()
        private = Ed25519PrivateKey.generate()
        signer = Ed25519Signer(private)
        _check_pair(signer)
        encryption = BestAvailableEncryption(self._passphrase)
        write_private(
            self._folder / f"{use}-{signer.kid}.pem",
            private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption),
        )
        with self._lock:
            self._signers[signer.kid] = signer
        return signer

    def signer(self, kid: str) -> Signer:
        """The key with this id.

        Raises UnknownKey; WrongPassphrase; KeyRingError if its file is open to others, damaged, or holds another key
        than its name says.
        """
        with self._lock:
            if (known := self._signers.get(kid)) is not None:
                return known
            return self._decrypt(kid)

    def kids(self, use: KeyUse) -> list[str]:
        """The ids of the keys for this use, in the order of the text. Which of them is in force, the log says."""
        return sorted(kid for kid, (found, _) in self._files().items() if found is use)

    def derive(self, purpose: str) -> bytes:
        """A key of 256 bits for `purpose` (HKDF-SHA-256, RFC 5869), the same wherever the passphrase is.

        Raises WrongPassphrase, if the ring's keys have another passphrase than it was opened with.
        """
        with self._lock:
            self._check_passphrase()
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._passphrase)

    def destroy(self, kid: str) -> None:
        """Removes the private half for good, once the key is retired; labels it signed stay verifiable.

        The file is unlinked, not overwritten, which modern disks would not honour: a copy on a disk or in a backup
        is safe because it is encrypted. A signer already handed out goes on working until it is dropped, and so does
        a ring open in another process. Raises UnknownKey.
        """
        with self._lock:
            _, path = self._file(kid)
            remove_private(path)
            self._signers.pop(kid, None)

    def __repr__(self) -> str:
        return f"<KeyRing {self._folder}>"

    def _files(self) -> dict[str, tuple[KeyUse, Path]]:
        """Every key by its id. Read from the folder each time: another process may have drawn or destroyed one."""
        files: dict[str, tuple[KeyUse, Path]] = {}
        for name in names_in(self._folder):
            if (match := _FILE_NAME.fullmatch(name)) is None:
                continue
            use, kid, path = KeyUse(match[1]), match[2], self._folder / name
            if kid in files:
                raise KeyRingError(f"{path} and {files[kid][1]} claim one key, but a key has one use: remove the copy")
            files[kid] = (use, path)
        return files

    def _file(self, kid: str) -> tuple[KeyUse, Path]:
        try:
            return self._files()[kid]
        except KeyError:
            raise UnknownKey(kid, f"its private half is not in {self._folder}") from None

    def _check_passphrase(self) -> None:
        """One ring, one passphrase: a key encrypted with another would be found out only when it is needed."""
        if not self._signers and (files := self._files()):
            self._decrypt(min(files))

    def _decrypt(self, kid: str) -> Ed25519Signer:
        """Reads, decrypts and keeps one key. The caller holds the lock, so that each is decrypted once."""
        _, path = self._file(kid)
        signer = _signer_from_pem(path, self._passphrase)
        if signer.kid != kid:
            raise KeyRingError(f"{path} holds the key {signer.kid}, not what its name says: restore it from a backup")
        self._signers[kid] = signer
        return signer


def _signer_from_pem(path: Path, passphrase: bytes) -> Ed25519Signer:
    pem = read_private(path)
    if not pem.startswith(_PEM_HEADER):
        raise KeyRingError(f"{path} is not an encrypted private key: restore it from a backup")
    try:
        private = load_pem_private_key(pem, passphrase)
    except UnsupportedAlgorithm as error:
        raise KeyRingError(f"{path} is of a kind that is not supported: restore it from a backup") from error
    except ValueError as error:  # a wrong passphrase and damaged ciphertext cannot be told apart
        raise WrongPassphrase(f"{path} does not open with this passphrase: set the one it was made with") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyRingError(f"{path} is not an Ed25519 key: remove it from the ring")
    return Ed25519Signer(private)


def _check_pair(signer: Signer) -> None:
    """Signs and verifies once, so that a broken key is found before anybody relies on it."""
    message = b"carbonlabel: pairwise consistency"
    if not PublicKey.load(signer.public).verifies(signer.sign(message), message):
        raise KeyRingError("a key was drawn that does not verify its own signature: check this machine's hardware")
