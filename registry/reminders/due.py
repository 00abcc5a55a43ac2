"""What there is to remind of: pure decisions from what stands in the registry, the day, and what was sent before."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from enum import StrEnum

from msgspec import Struct

from schemas.text import Text
from schemas.verdict import VerdictCode

DAYS = (7, 30, 90)
"""So many days before the last day somebody is reminded, each time once."""


class Occasion(StrEnum):
    """Why somebody is reminded."""

    EXPIRY = "expiry"
    """A record expires."""

    PART = "part"
    """A part of a record has a record that no longer holds."""

    ACCREDITATION = "accreditation"
    """The accreditation of a verification body ends."""


class Current(Struct, frozen=True):
    """A record that stands and is its product's newest, with the records that its parts name."""

    index: int
    owner: str
    name: Text
    expires: date
    parts: tuple[int, ...] = ()


class Reminder(Struct, frozen=True):
    """What ``owner`` is reminded of: ``subject`` (``record/<index>``, ``member/<id>``) at ``stage``, once."""

    occasion: Occasion
    subject: str
    stage: str
    owner: str
    name: Text
    day: date | None = None
    """The last day, where something ends."""
    part: int | None = None
    """The part's record, and what became of it."""
    fate: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells reminders apart: each is sent once."""
        return self.occasion, self.subject, self.stage


def days_left(last: date, today: date) -> int | None:
    """The stage at which ``last`` is: 7, 30 or 90 days before it at the most. None: earlier, or it is over.

    Only the most urgent stage counts: whoever was away for long is not told of the others.
    """
    left = (last - today).days
    return next((days for days in DAYS if 0 <= left <= days), None)


def of_record(record: Current, fates: dict[int, VerdictCode], today: date) -> Iterator[Reminder]:
    """What is due about a record; ``fates`` has the verdict on each part's record that is there."""
    subject, days = f"record/{record.index}", days_left(record.expires, today)
    if days is not None:
        yield Reminder(Occasion.EXPIRY, subject, str(days), record.owner, record.name, record.expires)
    if record.expires < today:
        return
    for part in dict.fromkeys(record.parts):
        fate = fates.get(part, VerdictCode.VALID)
        if fate is not VerdictCode.VALID:
            stage = f"{part} {fate}"
            yield Reminder(Occasion.PART, subject, stage, record.owner, record.name, part=part, fate=fate)


def of_accreditation(body: str, name: Text, until: date | None, today: date) -> Iterator[Reminder]:
    """What is due about a verification body's accreditation. A new end begins anew."""
    days = None if until is None else days_left(until, today)
    if days is not None:
        yield Reminder(Occasion.ACCREDITATION, f"member/{body}", f"{until} {days}", body, name, until)


def unsent(reminders: Iterable[Reminder], sent: Collection[tuple[str, str, str]]) -> list[Reminder]:
    """Those that were not sent, the most urgent first."""
    waiting = [one for one in reminders if one.key not in sent]
    return sorted(waiting, key=lambda one: (one.day or date.max, one.subject, one.stage))
