"""The sequencer at work inside a serving process: one thread, in the one process that is elected."""

import logging
import threading

from msgspec import Struct

from keys import KeyUse
from registry.log.append import log_size
from registry.log.keys import active_kid, key_entries
from registry.log.sequencer import Committed, LogFault, Sequencer, remove_superseded
from registry.registry import Registry, utc_now
from registry.store import StoreError

_LOG = logging.getLogger("carbonlabel.sequencer")
_FAULTS = (LogFault, StoreError, OSError)
INTERVAL = 0.5
LONGEST_PAUSE = 30.0


class Round(Struct, frozen=True):
    """What a round did: the log's size when it began, and the checkpoint published now; None for an empty log."""

    before: int
    committed: Committed | None

    @property
    def is_new(self) -> bool:
        """Whether the log has grown."""
        return self.committed is not None and self.committed.checkpoint.size > self.before


def sequence(registry: Registry) -> Round:
    """Integrates and publishes every entry there is."""
    store = registry.store()
    with registry.database.reading() as session:
        signer = registry.ring.signer(active_kid(key_entries(session), KeyUse.LOG))
    sequencer = Sequencer(registry.database, store, registry.config.origin, signer)
    before = sequencer.committed_size()
    committed = sequencer.run_once(utc_now())
    while committed is not None and committed.checkpoint.size < _entries(registry):
        committed = sequencer.run_once(utc_now())
    done = Round(before, committed)
    if done.is_new and committed is not None:
        remove_superseded(store, committed.checkpoint.size, before)
    return done


def _entries(registry: Registry) -> int:
    with registry.database.reading() as session:
        return log_size(session)


class SequencerThread:
    """Looks for new entries every half second, in the process that is elected; others wait to take over."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sequencer", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round under way."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.wait(INTERVAL):
            with self._registry.database.elected("sequencer") as elected:
                if elected:
                    self._sequence_until_stopped()

    def _sequence_until_stopped(self) -> None:
        pause = INTERVAL
        while True:
            try:
                sequence(self._registry)
                pause = INTERVAL
            except Exception as problem:
                pause = min(max(1.0, pause * 2), LONGEST_PAUSE)
                expected = isinstance(problem, _FAULTS)
                _LOG.critical("the log is not being extended: %s", problem, exc_info=None if expected else problem)
            if self._stopping.wait(pause):
                return
