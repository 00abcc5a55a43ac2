"""A folder with ``trust.json`` and nothing else: signatures can be checked with it, and nothing more."""

import stat
from pathlib import Path

from keys import TrustError, TrustList
from verifier.bundle.errors import BundleError

TRUST_FILE = "trust.json"
_MAX_TRUST_FILE = 1_000_000


def open_trust(folder: Path) -> TrustList:
    """The trust list of the bundle in ``folder``. Raises ``BundleError``."""
    path = folder / TRUST_FILE
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for, a device read for ever
            raise BundleError(f"{path} cannot be read: it is not a regular file")
        if status.st_size > _MAX_TRUST_FILE:
            raise BundleError(f"{path} is too large to be a trust list: fetch it again from the registry")
        return TrustList.parse(path.read_bytes())
    except FileNotFoundError:
        raise BundleError(
            f"{folder} has no bundle: make one with `carbonlabel sync`, or save the registry's /{TRUST_FILE} there"
        ) from None
    except OSError as problem:
        raise BundleError(f"{path} cannot be read: {problem.strerror}") from None
    except TrustError as problem:
        raise BundleError(f"{path} cannot be trusted: {problem}") from problem
