"""Where the key ring's passphrase comes from: the environment, or a file only its owner may read."""

import base64
import os.path
import secrets
from collections.abc import Mapping
from pathlib import Path

from keys.errors import KeyRingError
from keys.private_file import make_private_folder, read_private, write_private

VARIABLE = "CARBONLABEL_PASSPHRASE"
FILE_NAME = "passphrase"


def passphrase_for(folder: Path, environ: Mapping[str, str]) -> bytes:
    """`CARBONLABEL_PASSPHRASE` if it is set and not empty, else the content of `folder/passphrase`.

    The variable is taken as it is; the file without the line break at its end. The file must be a regular file, not a
    symbolic link, owned by us or by root, with no permission for group or others: KeyRingError otherwise, and when
    there is neither. Keep the file on another disk than the keys, or set the variable, and a stolen disk is no loss.
    """
    if given := environ.get(VARIABLE):
        return given.encode("utf-8", "surrogateescape")
    path = folder / FILE_NAME
    if not os.path.lexists(path):
        raise KeyRingError(f"no passphrase: set {VARIABLE}, or put it into {path} and chmod 600 {path}")
    passphrase = read_private(path).rstrip(b"\r\n")
    if not passphrase:
        raise KeyRingError(f"{path} is empty: put the passphrase into it, or set {VARIABLE}")
    return passphrase


def make_passphrase(folder: Path) -> Path:
    """Draws 256 random bits, and writes them in base64 to `folder/passphrase`; returns its path.

    The folder is made, mode 0700, if it is missing. The file has mode 0600 and is on disk when this returns. One that
    is there already is never replaced, for the keys it encrypts would be lost with it: KeyRingError.
    """
    if not folder.exists():
        make_private_folder(folder)
    path = folder / FILE_NAME
    write_private(path, base64.b64encode(secrets.token_bytes(32)) + b"\n")
    return path
