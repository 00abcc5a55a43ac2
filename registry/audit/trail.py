"""Writing the audit trail: a step is noted in the transaction that takes it, or neither happens.

    with registry.database.writing(caller.author) as session:
        ...
        noted(session, now, Step(Did.SUBMITTED, f"declaration/{row.id}", owner=row.owner_id))

The functions that change something note it; who does it is the transaction's author, which whoever opens the
transaction names: routes their caller's, the command line none.

Never in it: secrets, passwords, tokens, and what the registry knows people by but their ids: somebody who was removed
leaves an id that nothing leads from. What people wrote is in it, where it is what changed, and so whatever they wrote.
"""

import secrets
from datetime import UTC, date, datetime, time
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import insert
from sqlmodel import Session

from registry.audit.changes import Change
from registry.audit.steps import Did
from registry.database.audit_tables import AuditRow
from registry.database.author import Author
from registry.database.database import at_end, author_of

_NOTED = "carbonlabel: steps noted"


class Step(Struct, frozen=True):
    """What was done to ``subject``, which is ``owner``'s, and what changed. ``subject`` is ``<kind>/<id>``."""

    did: Did
    subject: str
    owner: str | None = None
    changed: tuple[Change, ...] = ()


def noted(session: Session, now: datetime, *steps: Step, by: Author | None = None) -> None:
    """Adds ``steps``, in their order, in the write transaction of ``session``.

    ``by`` is for whoever was found out within the transaction; else its author did it.
    """
    if not steps:
        return
    author = by or author_of(session)
    rows: list[dict[str, object]] | None = session.info.get(_NOTED)
    if rows is None:
        rows = session.info[_NOTED] = []
        at_end(session, lambda: _write(session, rows))
    for step in steps:
        rows.append(
            {
                "id": str(step_id(now, len(rows), secrets.randbits(_RANDOM))),
                "at": now,
                "who": author.who,
                "member_id": author.member,
                "action": step.did,
                "subject": step.subject,
                "owner_id": step.owner,
                "changed": msgspec.json.encode(step.changed),
            }
        )


def _write(session: Session, rows: list[dict[str, object]]) -> None:
    """All in one go: a load of some hundreds of declarations has a thousand steps a transaction."""
    session.connection().execute(insert(AuditRow), rows)


def first_id(day: date) -> str:
    """The least id that a step of ``day``, in UTC, or after it can have: ids count from 1970 on."""
    return str(step_id(datetime.combine(max(day, _EPOCH), time(), UTC), 0, 0))


_EPOCH = date(1970, 1, 1)
_COUNTED, _RANDOM = 24, 38


def step_id(now: datetime, at: int, random: int) -> UUID:
    """A UUID of version 7 (RFC 9562, 5.7) of step ``at`` of a transaction: milliseconds, then a fraction of one (6.2,
    method 3), then the step, then ``random``."""
    micros = round(now.astimezone(UTC).timestamp() * 1_000_000)
    millis, fraction = divmod(micros, 1_000)
    rest = (at % (1 << _COUNTED)) << _RANDOM | random
    return UUID(int=millis << 80 | 7 << 76 | (fraction * 4_096 // 1_000) << 64 | 2 << 62 | rest)
