"""What there is to remind of: pure decisions from what stands in the registry, the day, and what was sent before."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
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

    DEEPER = "part of a part"
    """So does a part of its parts, over any number of steps: suspended or withdrawn."""

    WAITING = "waiting"
    """A part of a declaration that is reviewed, or waits to be published, has a record that nothing may rest on."""

    ACCREDITATION = "accreditation"
    """The accreditation of a verification body ends."""


class Fate(Struct, frozen=True):
    """What a scan would say of a part's record, and since when, if that is of its standing."""

    verdict: VerdictCode
    since: datetime | None = None

    @property
    def stage(self) -> str:
        """What is told once: a suspension after another is another."""
        if self.verdict is VerdictCode.SUSPENDED and self.since is not None:
            return f"{self.verdict} {self.since:%Y-%m-%dT%H:%M:%S}"
        return self.verdict


class Current(Struct, frozen=True):
    """A record that stands and is its product's newest, with the records that its parts name, and ``deeper``, those
    that parts of these name, over any number of steps."""

    index: int
    owner: str
    name: Text
    expires: date
    parts: tuple[int, ...] = ()
    deeper: tuple[int, ...] = ()

    @property
    def below(self) -> tuple[int, ...]:
        """All of them."""
        return (*self.parts, *self.deeper)


class Waiting(Struct, frozen=True):
    """A declaration under review, or verified, by ``body``, with the records that its parts name."""

    id: str
    owner: str
    body: str
    name: Text
    parts: tuple[int, ...]

    @property
    def below(self) -> tuple[int, ...]:
        """What a round looks up of it."""
        return self.parts


class Reminder(Struct, frozen=True):
    """What ``owner`` is reminded of: ``subject`` (``record/<index>``, ``member/<id>``, ``declaration/<id>``) at
    ``stage``, once."""

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
    body: str = ""
    """The verification body that is told, too."""

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


def of_record(record: Current, fates: dict[int, Fate], today: date) -> Iterator[Reminder]:
    """What is due about a record; ``fates`` has what became of each part's record that is there.

    Of a deeper part only what cannot be relied on: that it has expired, or has a newer one, is for whose part it is.
    """
    subject, days = f"record/{record.index}", days_left(record.expires, today)
    if days is not None:
        yield Reminder(Occasion.EXPIRY, subject, str(days), record.owner, record.name, record.expires)
    if record.expires < today:
        return
    for occasion, parts, worth_telling in (
        (Occasion.PART, record.parts, set(VerdictCode) - {VerdictCode.VALID}),
        (Occasion.DEEPER, record.deeper, {VerdictCode.SUSPENDED, VerdictCode.WITHDRAWN}),
    ):
        for part in dict.fromkeys(parts):
            fate = fates.get(part)
            if fate is not None and fate.verdict in worth_telling:
                stage = f"{part} {fate.stage}"
                yield Reminder(occasion, subject, stage, record.owner, record.name, part=part, fate=fate.verdict)


def of_waiting(declaration: Waiting, fates: dict[int, Fate]) -> Iterator[Reminder]:
    """What is due about a declaration that is on its way: parts that keep it from being published."""
    for part in dict.fromkeys(declaration.parts):
        fate = fates.get(part)
        if fate is not None and fate.verdict in (VerdictCode.SUSPENDED, VerdictCode.WITHDRAWN):
            subject, stage = f"declaration/{declaration.id}", f"{part} {fate.stage}"
            told = (declaration.owner, declaration.name)
            yield Reminder(Occasion.WAITING, subject, stage, *told, part=part, fate=fate.verdict, body=declaration.body)


def of_accreditation(body: str, name: Text, until: date | None, today: date) -> Iterator[Reminder]:
    """What is due about a verification body's accreditation. A new end begins anew."""
    days = None if until is None else days_left(until, today)
    if days is not None:
        yield Reminder(Occasion.ACCREDITATION, f"member/{body}", f"{until} {days}", body, name, until)


def unsent(reminders: Iterable[Reminder], sent: Collection[tuple[str, str, str]]) -> list[Reminder]:
    """Those that were not sent, the most urgent first."""
    waiting = [one for one in reminders if one.key not in sent]
    return sorted(waiting, key=lambda one: (one.day or date.max, one.subject, one.stage))
