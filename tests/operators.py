"""Two people of the operator, and what they agree on about keys: by the functions that their desk calls.

two_people(registry)                            from now on it takes two
agreed(registry, "retire", kid)                 one has proposed, the other confirmed
python -m tests.operators HOME retire KID       the same, for a script
"""

import sys
from contextlib import closing
from pathlib import Path
from uuid import UUID

from registry.access import approvals
from registry.access.approvals import ApprovalShown
from registry.access.callers import Caller
from registry.access.roles import ROLES_OF, roles_text
from registry.database.people_tables import MembershipRow, PersonRow
from registry.operator_keys.proposals import propose_destruction, propose_end, propose_root
from registry.registry import OPERATOR, Registry, utc_now
from schemas.member import MemberKind

ANN, BO = (Caller(OPERATOR, MemberKind.OPERATOR, ROLES_OF[MemberKind.OPERATOR], name) for name in ("ann", "bo"))


def two_people(registry: Registry, *more: str) -> None:
    """The operator has two people from here on, and ``more``."""
    now, roles = utc_now(), roles_text(ROLES_OF[MemberKind.OPERATOR])
    with registry.database.writing() as session:
        for name in (ANN.name, BO.name, *more):
            email = f"{name}@operator.example"
            session.add(PersonRow(id=name, email=email, name=name, password_hash="", created_at=now, password_at=now))
            session.flush()
            session.add(MembershipRow(person_id=name, member_id=OPERATOR, roles=roles, created_at=now))


def proposed(registry: Registry, what: str, *of: str) -> ApprovalShown:
    """Ann proposes: ``retire KID``, ``compromised KID from INDEX``, ``destroy KID``, or ``root FILE``."""
    reason, now = "as the runbook says", utc_now()
    match (what, *of):
        case ("retire", kid):
            return propose_end(registry, ANN, kid, None, reason, now)
        case ("compromised", kid, "from", index):
            return propose_end(registry, ANN, kid, int(index), reason, now)
        case ("destroy", kid):
            return propose_destruction(registry, ANN, kid, reason, now)
        case ("root", file):
            return propose_root(registry, ANN, Path(file).read_bytes(), reason, now)
    raise ValueError(f"nobody agrees on {what} {' '.join(of)}")


def confirmed(registry: Registry, proposal: UUID) -> None:
    """Bo confirms it."""
    with registry.database.writing(BO.author) as session:
        approvals.decide(session, proposal, BO.name, True, utc_now())


def agreed(registry: Registry, what: str, *of: str) -> None:
    """Ann proposes it, and Bo confirms it."""
    confirmed(registry, proposed(registry, what, *of).id)


def main() -> None:
    """The command."""
    with closing(Registry.open(Path(sys.argv[1]), {})) as at_home:
        agreed(at_home, *sys.argv[2:])


if __name__ == "__main__":
    main()
