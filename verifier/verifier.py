"""The verifier that a relying party holds: a bundle opened once, then any number of labels."""

from collections.abc import Callable
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Self

from keys import TrustList
from schemas.verdict import Verdict
from verifier.bundle import open_trust
from verifier.judge import TrustedKeys, judge
from verifier.log import LogAtHand, NoLog


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Verifier:
    """Judges labels against one registry's keys and the log at hand.

    ``now`` is asked at each label, so a verifier may live for days.
    """

    def __init__(self, trust: TrustList, log: LogAtHand, now: Callable[[], datetime] = _utc_now) -> None:
        self.trust = trust
        self._keys = TrustedKeys(trust)
        self._log = log
        self._now = now

    @classmethod
    def open(cls, bundle: str | PathLike[str]) -> Self:
        """The verifier of the bundle in folder ``bundle``. Raises ``BundleError``, which says what to do.

        A bundle of ``trust.json`` alone has no log: a good signature then gives ``unlogged``, never ``valid``.
        """
        return cls(open_trust(Path(bundle)), NoLog())

    def verify(self, label: str, expect: str | None = None) -> Verdict:
        """The verdict on ``label``; ``expect`` is the GTIN or GLN that it should be for. Never raises for any text."""
        return judge(label, keys=self._keys, log=self._log, now=self._now(), expect=expect)
