"""Takes a round of reminders a day: one thread, in the one process that is elected."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from registry.accounts.letters import Letters
from registry.database.database import Database
from registry.reminders.rounds import is_done, take_round

_LOG = logging.getLogger("carbonlabel.reminders")
INTERVAL = 60.0
"""Seconds between two looks whether the day is another."""


class ReminderThread:
    """Looks every minute whether the round of the day, in UTC, is still to be taken."""

    def __init__(self, database: Database, letters: Letters, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._letters = letters
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="reminders", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; a round under way is given up, and taken by whoever is next: what is sent is kept."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.wait(INTERVAL):
            try:
                with self._database.elected("reminders") as elected:
                    while elected is not None and not self._stopping.is_set():
                        elected.check()
                        self._look()
                        self._stopping.wait(INTERVAL)
            except (SQLAlchemyError, OSError) as problem:
                said = problem.orig if isinstance(problem, DBAPIError) else problem  # without the statement
                _LOG.critical("reminders are not being sent: %s", said)

    def _look(self) -> None:
        now = self._clock()
        if not is_done(self._database, now.astimezone(UTC).date()):
            sent = take_round(self._database, self._letters, now, self._stopping.is_set)
            _LOG.info("%d reminders were sent", sent)
