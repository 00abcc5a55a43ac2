"""Passwords: what one must be, and their hashes (Argon2id, RFC 9106)."""

import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from registry.errors import InvalidInput

LEAST, MOST = 12, 128
_LEAST_DIFFERENT = 5
_AT_ONCE = 4


class Passwords:
    """Hashes with ``memory`` KiB and ``passes`` over it. Threads may share it; so many hash at once as memory allows.

    OWASP's least for Argon2id: 19 MiB, two passes, one lane.
    """

    def __init__(self, memory: int, passes: int) -> None:
        self._hasher = _hasher(memory, passes)
        self._turns = BoundedSemaphore(_AT_ONCE)
        self._nobodys = _nobodys(memory, passes)

    def hash(self, password: str) -> str:
        """The hash of a password, with its parameters and a fresh salt."""
        with self._turns:
            return self._hasher.hash(_one_form(password))

    def matches(self, hashed: str | None, password: str) -> bool:
        """Whether ``password`` is the one hashed. Without a hash, no, after the same time."""
        with self._turns:
            try:
                right = self._hasher.verify(self._nobodys if hashed is None else hashed, _one_form(password))
                return right and hashed is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(hashed)


def _hasher(memory: int, passes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1, type=Type.ID)


@cache
def _nobodys(memory: int, passes: int) -> str:
    """A hash that no password has."""
    return _hasher(memory, passes).hash(secrets.token_bytes(16))


def require_good(password: str, email: str, path: str) -> None:
    """Raises ``InvalidInput`` for a password that would be guessed: length counts, composition does not.

    Any characters may be in it, and it is never cut short (OWASP ASVS 2.1.1 to 2.1.4, 2.1.9).
    """
    length = len(_one_form(password))
    if length < LEAST:
        raise InvalidInput("a password has at least {least} characters: a few words do well", path, least=LEAST)
    if length > MOST:
        raise InvalidInput("a password has at most {most} characters", path, most=MOST)
    plain = _one_form(password).casefold()
    mailbox = email.partition("@")[0]
    if len(set(plain)) < _LEAST_DIFFERENT or (len(mailbox) > 3 and mailbox in plain):
        raise InvalidInput("this password would be guessed: take one that is not your name, nor a few keys", path)


def _one_form(password: str) -> str:
    """The password as every keyboard writes it (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
