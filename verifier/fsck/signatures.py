"""Many signatures checked at once: verification leaves other threads free."""

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from msgspec import Struct

from keys import PublicKey
from verifier.fsck.fault import Fault

_AT_ONCE = 256


class _Check(Struct, frozen=True):
    """A signature to check, and the fault if it is not good."""

    key: PublicKey
    signature: bytes
    message: bytes
    fault: Fault


class Signatures:
    """Takes checks, and gives the faults found by the end. A context manager."""

    def __init__(self, faults: list[Fault]) -> None:
        self._threads = min(8, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(self._threads)
        self._waiting: list[_Check] = []
        self._running: deque[Future[list[Fault]]] = deque()
        self._faults = faults

    def check(self, key: PublicKey, signature: bytes, message: bytes, fault: Fault) -> None:
        """Will be checked; ``fault`` is what there is to say if it is not good."""
        self._waiting.append(_Check(key, signature, message, fault))
        if len(self._waiting) >= _AT_ONCE:
            self._start()

    def finish(self) -> None:
        """Waits for all checks."""
        self._start()
        while self._running:
            self._faults += self._running.popleft().result()

    def _start(self) -> None:
        self._running.append(self._pool.submit(_wrong, self._waiting))
        self._waiting = []
        while len(self._running) > 2 * self._threads:
            self._faults += self._running.popleft().result()

    def __enter__(self) -> "Signatures":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


def _wrong(checks: list[_Check]) -> list[Fault]:
    return [check.fault for check in checks if not check.key.verifies(check.signature, check.message)]
