"""A registry whose people sign in at any time one likes: the accounts themselves, without a server."""

import re
from base64 import b32decode
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import select

from registry.access.callers import Caller
from registry.access.roles import ROLES_OF
from registry.accounts.accounts import Accounts, Enrolment, Opened
from registry.accounts.outbox import StoredOutbox
from registry.accounts.people import invite, person_with
from registry.accounts.sealing import Seal
from registry.accounts.second_factor import STEP, code_at
from registry.accounts.sessions import SignedIn, Stage
from registry.database.people_tables import MessageRow, PersonRow
from registry.members.members import member
from tests.world import MAKER, NOW, new_registry

PASSWORD = "correct horse battery staple"
CHEAP: dict[str, Any] = {"password_memory": 1_024, "password_passes": 1}
HERE = "192.0.2.1"


class Desk:
    """The registry at ``path``, and its accounts."""

    def __init__(self, path: Path) -> None:
        self.registry = new_registry(path, **CHEAP)
        self.accounts = Accounts(self.registry.database, self.registry.config, Seal(self.registry.ring))

    def invited(self, email: str, of: str = MAKER.id, now: datetime = NOW) -> str:
        """Invites somebody, in every role; the link's secret."""
        with self.registry.database.writing() as session:
            roles = ROLES_OF[member(session, of).kind]
            return invite(session, StoredOutbox(session, now), self.accounts.letters, of, email, roles, now)

    def person(self, email: str, of: str = MAKER.id, now: datetime = NOW) -> str:
        """Somebody who has accepted an invitation; the id."""
        self.accounts.accept_invitation(self.invited(email, of, now), email.partition("@")[0], PASSWORD, now)
        return self.row(email).id

    def row(self, email: str) -> PersonRow:
        """The person as the table has it."""
        with self.registry.database.reading() as session:
            found = person_with(session, email)
            assert found is not None
            return found

    def sign_in(self, email: str, password: str = PASSWORD, now: datetime = NOW, remote: str = HERE) -> Opened:
        """The first step."""
        return self.accounts.sign_in(email, password, remote, now)

    def who(self, opened: Opened, now: datetime = NOW) -> SignedIn | None:
        """Who is signed in."""
        return self.accounts.signed_in(opened.secret, now)

    def caller(self, opened: Opened, now: datetime = NOW) -> Caller:
        """The caller that somebody fully signed in is."""
        found = self.who(opened, now)
        assert found is not None
        return found.caller

    def enrolled(self, email: str, now: datetime = NOW) -> bytes:
        """Signs in once, and sets up a second factor; the shared secret."""
        opened = self.sign_in(email, now=now)
        shared = typed(self.accounts.begin_enrolment(opened.secret, now))
        done = self.accounts.confirm_enrolment(opened.secret, code(shared, now), now)
        assert done.stage is Stage.FULL
        return shared

    def mail(self, email: str) -> list[str]:
        """What was written to somebody, oldest first."""
        with self.registry.database.reading() as session:
            rows = session.exec(select(MessageRow).where(MessageRow.recipient == email)).all()
        return [row.body for row in sorted(rows, key=lambda row: row.created_at)]

    def link(self, email: str) -> str:
        """The secret of the link that was sent last."""
        found = re.findall(r"/(?:reset|invitation)/([A-Za-z0-9_-]{43})\b", "\n".join(self.mail(email)))
        return found[-1]


def code(shared: bytes, now: datetime, steps: int = 0) -> str:
    """The code that an app shows, so many steps later."""
    return code_at(shared, int(now.timestamp()) // STEP + steps)


def typed(enrolment: Enrolment) -> bytes:
    """The shared secret that an app is given."""
    return b32decode(enrolment.secret.replace(" ", ""))
