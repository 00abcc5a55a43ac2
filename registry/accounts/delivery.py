"""Sends what is in the outbox: one thread, in the one process that is elected."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from registry.accounts.mail import Mailer
from registry.accounts.outbox import next_due, was_not_sent, was_sent
from registry.database.database import Database

_LOG = logging.getLogger("carbonlabel.mail")
INTERVAL = 1.0
LONGEST_PAUSE = 30.0


def deliver_next(database: Database, mailer: Mailer, now: datetime) -> bool:
    """Tries to send the message that is due. Returns whether one was due.

    Whatever is wrong with one, the others are sent.
    """
    with database.reading() as session:
        due = next_due(session, now)
    if due is None:
        return False
    key, letter = due
    try:
        mailer.send(letter, now)
    except Exception as problem:
        # Never what it says, which may name the recipient. ValueError: an address that a mail cannot carry.
        _LOG.warning("message %s was not sent: %s", key, type(problem).__name__)
        settle = was_not_sent
    else:
        settle = was_sent
    with database.writing() as session:
        settle(session, key, now)
    return True


class DeliveryThread:
    """Looks for messages every second. Without a mailer, they wait."""

    def __init__(self, database: Database, mailer: Mailer | None, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._mailer = mailer
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mail", daemon=True)

    def start(self) -> None:
        """Begins."""
        if self._mailer is not None:
            self._thread.start()

    def stop(self) -> None:
        """Ends after the message under way."""
        self._stopping.set()
        if self._mailer is not None:
            self._thread.join()

    def _work(self) -> None:
        pause = INTERVAL
        while not self._stopping.wait(pause):
            try:
                with self._database.elected("mail") as elected:
                    while elected is not None and not self._stopping.wait(INTERVAL):
                        elected.check()
                        while not self._stopping.is_set() and self._deliver():
                            pass
                pause = INTERVAL
            except Exception as problem:
                pause = min(pause * 2, LONGEST_PAUSE)
                said = problem.orig if isinstance(problem, DBAPIError) else problem  # without the statement
                expected = isinstance(problem, (SQLAlchemyError, OSError))
                _LOG.critical("mail is not being sent: %s", said, exc_info=None if expected else problem)

    def _deliver(self) -> bool:
        assert self._mailer is not None
        return deliver_next(self._database, self._mailer, self._clock())
