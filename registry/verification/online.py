"""``judge`` with the registry's own log and keys at hand, both as new as the last commit."""

from datetime import datetime
from threading import Lock

from registry.log.facts import DatabaseLog
from registry.registry import Registry
from schemas.verdict import Verdict
from verifier import TrustedKeys, judge


class OnlineVerifier:
    """Judges labels against the registry at work. Threads may share it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.log = DatabaseLog(registry.database)
        self._lock = Lock()
        self._as_of = -1
        self._keys: TrustedKeys | None = None

    def verify(self, label: str, now: datetime, expect: str | None = None) -> Verdict:
        """The verdict on ``label`` at ``now``. Never raises for any text."""
        with self._lock:  # so that nobody judges by a log that has grown and keys that have not been looked at since
            if self.log.refresh():
                before, self._keys = self._keys, None  # until they are known: looking them up may fail
                self._keys = self._keys_now(before)
            keys = self._keys = self._keys or self._keys_now(None)
        return judge(label, keys=keys, log=self.log, now=now, expect=expect)

    def _keys_now(self, before: TrustedKeys | None) -> TrustedKeys:
        with self._registry.database.reading() as session:
            in_force = self._registry.keys_in_force(session)
        if before is not None and in_force.as_of == self._as_of:
            return before
        self._as_of = in_force.as_of
        return TrustedKeys(in_force.trust)

    def close(self) -> None:
        """Gives the connection back."""
        self.log.close()
