"""One attempt at the next job: taken, kept on lease while it runs, and ended or handed back."""

import logging
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import exc
from sqlmodel import Session

from registry.database.author import REGISTRY
from registry.errors import RegistryError
from registry.jobs import queue
from registry.jobs.queue import LEASE, JobState, Lost, Taken
from registry.registry import Registry
from registry.sentences import Sentence, sentence

_LOG = logging.getLogger("carbonlabel.jobs")
_RENEWED = LEASE.total_seconds() / 4


class Stopped(Exception):
    """The process is to stop: the job is handed back, with what is done of it."""


class Work:
    """A job under way, for whoever does it."""

    def __init__(self, registry: Registry, taken: Taken, stopping: threading.Event, clock: Callable[[], datetime]):
        self.registry = registry
        self.taken = taken
        self.clock = clock
        self._stopping = stopping

    def go_on(self) -> None:
        """To be called between two steps. Raises ``Stopped``."""
        if self._stopping.is_set():
            raise Stopped

    def report(self, session: Session, done: int, total: int | None, result: bytes) -> None:
        """How far it is, in the transaction of a step, or of its own. Raises ``Lost``, and the step must not be."""
        queue.report(session, self.taken, done, total, result, self.clock())

    def end(self, session: Session) -> None:
        """It is done: the last of its steps. Raises ``Lost``."""
        queue.end(session, self.taken, JobState.DONE, self.clock())


Doing = Callable[[Work], None]
"""Does the rest of a job, and ends it."""


def work_once(
    registry: Registry,
    kinds: Mapping[str, Doing],
    stopping: threading.Event,
    clock: Callable[[], datetime],
    ended: Callable[[str, str], None] = lambda _, __: None,
) -> bool:
    """Takes the next job and does it as far as it goes; False when none waits.

    ``ended`` is told the job's kind and what became of it. Raises what the database raises: the job's lease then runs
    out, and it is taken again.
    """
    with registry.database.reading() as session:
        if not queue.is_waiting(session, clock()):
            return False
    with registry.database.writing(REGISTRY) as session:
        taken = queue.take(session, clock())
    if taken is None:
        return False
    with _on_lease(registry, taken, clock):
        became = _done(registry, Work(registry, taken, stopping, clock), kinds)
    _LOG.info("job %s of kind %s: %s", taken.id, taken.kind, became)
    ended(taken.kind, became)
    return True


def _done(registry: Registry, work: Work, kinds: Mapping[str, Doing]) -> str:
    taken = work.taken
    error: Sentence | None = None
    try:
        kinds[taken.kind](work)
        return JobState.DONE
    except Lost:
        return "lost"
    except Stopped:
        with registry.database.writing() as session:
            queue.hand_back(session, taken)
        return "handed-back"
    except (exc.DBAPIError, exc.TimeoutError):
        raise
    except RegistryError as problem:
        error = problem.sentence
    except Exception:
        _LOG.exception("job %s of kind %s went wrong", taken.id, taken.kind)
        error = sentence("something went wrong on our side; what was done before stays")
    try:
        with registry.database.writing(taken.author) as session:
            queue.end(session, taken, JobState.FAILED, work.clock(), error)
    except Lost:
        return "lost"
    return JobState.FAILED


@contextmanager
def _on_lease(registry: Registry, taken: Taken, clock: Callable[[], datetime]) -> Generator[None]:
    """Says again and again that the holder is there, until the block ends or the job is lost."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(_RENEWED):
            try:
                with registry.database.writing() as session:
                    queue.renew(session, taken, clock())
            except Lost:
                return
            except exc.SQLAlchemyError as problem:  # the next time may go better; if none does, the lease runs out
                _LOG.warning("the lease of job %s was not renewed: %s", taken.id, type(problem).__name__)

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
