"""People of some organisations, signed in at a registry in this process: its pages and its API, without a server."""

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from litestar.testing import TestClient

from registry.access.roles import ROLES_OF, roles_text
from registry.accounts import sessions
from registry.accounts.sessions import Stage
from registry.database.people_tables import MembershipRow, PersonRow
from registry.members.members import member
from registry.registry import Registry, utc_now
from registry.web.app import create_app
from registry.web.service import SESSION_PREFIX
from tests.end_to_end.people import People
from tests.world import ORIGIN, new_registry


class AtDesks(People):
    """The registry, everybody's sessions, and a client that calls the application itself."""

    def __init__(self, registry: Registry, everybody: Mapping[str, str]) -> None:
        super().__init__(registry.home.path, f"https://{ORIGIN}")
        self.http.close()
        self.registry = registry
        self.http = TestClient(create_app(registry), base_url=self.url)
        self.http.follow_redirects = False  # a tab follows them itself, with its cookie
        with registry.database.writing() as session:
            for who, of in everybody.items():
                roles = roles_text(ROLES_OF[member(session, of).kind])
                told = {"id": who, "email": who, "name": who.partition("@")[0].title(), "password_hash": ""}
                session.add(PersonRow(**told, created_at=utc_now(), password_at=utc_now()))
                session.flush()
                session.add(MembershipRow(person_id=who, member_id=of, roles=roles, created_at=utc_now()))
                self.sessions[who] = SESSION_PREFIX + sessions.begin(session, who, of, Stage.FULL, utc_now())


@contextmanager
def people_at_desks(home: Path, everybody: Mapping[str, str]) -> Generator[AtDesks]:
    """These people, each in every role that there is at their member."""
    with closing(new_registry(home, verify_per_minute=0)) as registry:
        yield AtDesks(registry, everybody)
