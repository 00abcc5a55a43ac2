"""The sequencer at work inside a serving process: one thread, in the one process that is elected."""

import logging
import threading
import time
from datetime import timedelta

from msgspec import Struct
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from keys import KeyUse
from registry.bundle import BundleFault, publish_bundle
from registry.bundle.facts import trust_of
from registry.bundle.witnessed import unattainable_now
from registry.database.dialect import Term
from registry.log.append import log_size
from registry.log.keys import active_kid, key_entries
from registry.log.reader import StoredTiles
from registry.log.sequencer import Committed, LogFault, Sequencer, last_committed, remove_superseded
from registry.log.witnesses import Witnesses
from registry.registry import Registry, utc_now
from registry.store import FolderStore, StoreError
from verifier.bundle.targets import TRUST

_LOG = logging.getLogger("carbonlabel.sequencer")
_FAULTS = (LogFault, BundleFault, StoreError, OSError, SQLAlchemyError)
INTERVAL = 0.5
ASK_AGAIN, ASK_AGAIN_MOST = 5.0, 60.0
"""Seconds after which witnesses that have not cosigned are asked again, at first and at most."""

LEFT_FOR = timedelta(hours=1)
"""How old a file on its way into the store must be for its writer to be dead."""

LONGEST_PAUSE = 30.0
BUNDLE_EVERY = 5.0
BUNDLE_AGAIN = 600.0


class Round(Struct, frozen=True):
    """What a round did: the log's size when it began, and the checkpoint published now; None for an empty log."""

    before: int
    committed: Committed | None

    @property
    def is_new(self) -> bool:
        """Whether the log has grown."""
        return self.committed is not None and self.committed.checkpoint.size > self.before


def sequence(registry: Registry, ask_again: bool = True) -> Round:
    """Integrates and publishes every entry there is.

    If there is none, asks those witnesses again that have not cosigned the checkpoint, unless ``ask_again`` is false.
    """
    store = registry.store()
    with registry.database.reading() as session:
        # In one session, so that a checkpoint is signed by the key that is in force at its size.
        signer, size = registry.ring.signer(active_kid(key_entries(session), KeyUse.LOG)), log_size(session)
        last = last_committed(session, registry.config.origin)
    before = 0 if last is None else last.checkpoint.size
    witnesses = Witnesses(registry.config.witnesses, StoredTiles(store), before)
    sequencer = Sequencer(registry.database, store, registry.config.origin, signer, witnesses.cosign)
    committed = sequencer.run_once(utc_now(), size)
    while committed is not None and committed.checkpoint.size < size:
        committed = sequencer.run_once(utc_now(), size)
    done = Round(before, committed)
    if done.is_new and committed is not None:
        remove_superseded(store, committed.checkpoint.size, before)
    elif ask_again:
        return Round(before, sequencer.ask_again(utc_now()))
    return done


def publish(registry: Registry, committed: Committed) -> bool:
    """Derives the bundle from a checkpoint, and publishes it. Idempotent; signs the timestamp anew when it is old.
    Returns whether it is published: not while witnesses are missing that the root asks for.

    And ``trust.json`` as of that checkpoint, so that the store alone, behind any web server, can be checked.
    """
    store, size = registry.store(), committed.checkpoint.size
    is_bundled = publish_bundle(registry, store, committed.note, size, utc_now())
    trust = trust_of(registry.database, registry.config, size).encode()
    if store.get(TRUST) != trust:
        store.put(TRUST, trust)
    return is_bundled


class Patience:
    """When to ask again for missing cosignatures: some seconds after a checkpoint or a cosignature of it is new, then
    ever more rarely."""

    def __init__(self) -> None:
        self._note = b""
        self._pause, self._due = ASK_AGAIN, 0.0

    def is_over(self, note: bytes, at: float) -> bool:
        """Whether to ask for the checkpoint ``note`` at ``at``, in seconds; the next time is then later."""
        if note != self._note:
            self._note, self._pause, self._due = note, ASK_AGAIN, at + ASK_AGAIN
            return False
        if at < self._due:
            return False
        self._pause = min(2 * self._pause, ASK_AGAIN_MOST)
        self._due = at + self._pause
        return True


class SequencerThread:
    """Looks for new entries every half second, in the process that is elected; others wait to take over.

    The bundle follows a checkpoint that has changed at most every ``BUNDLE_EVERY`` seconds, and is looked at every
    ``BUNDLE_AGAIN``, so that its timestamp stays fresh.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sequencer", daemon=True)
        self._bundled_at = float("-inf")
        self._bundled = b""
        self._patience = Patience()

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round under way."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        pause = INTERVAL
        while not self._stopping.wait(pause):
            try:
                with self._registry.database.elected("sequencer") as elected:
                    if elected is not None:
                        self._rounds(elected)
                pause = INTERVAL
            except Exception as problem:
                pause = min(max(1.0, pause * 2), LONGEST_PAUSE)
                expected = isinstance(problem, _FAULTS)
                said = problem.orig if isinstance(problem, DBAPIError) else problem  # without the statement
                _LOG.critical("the log is not being extended: %s", said, exc_info=None if expected else problem)

    def _rounds(self, elected: Term) -> None:
        """Round after round until told to stop; a failure ends the term, and another process may take over."""
        store = self._registry.store()
        if isinstance(store, FolderStore):
            store.remove_leftovers(utc_now() - LEFT_FOR)
        try:
            for sentence in unattainable_now(self._registry):
                _LOG.critical(sentence)
        except BundleFault as problem:  # the bundle's alone: the log goes on
            _LOG.critical("no bundle can be published: %s", problem)
        note = b""
        while not self._stopping.wait(INTERVAL):
            elected.check()
            committed = sequence(self._registry, self._patience.is_over(note, time.monotonic())).committed
            note = b"" if committed is None else committed.note
            age = time.monotonic() - self._bundled_at
            if committed is not None and age > (BUNDLE_AGAIN if committed.note == self._bundled else BUNDLE_EVERY):
                publish(self._registry, committed)
                self._bundled_at, self._bundled = time.monotonic(), committed.note
