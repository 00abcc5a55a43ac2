"""What changes the keys of the bundle only after two people of the operator agreed, once it has two: a root in force, a
private half destroyed.

Each is a file, not a row, so it is done right after the transaction that uses the confirmation and notes the step:
nothing is done that the audit trail does not tell. Cut off in between, the same command takes it up again.
"""

from collections.abc import Sequence
from datetime import datetime

from registry.access.approvals import Operation, use_confirmed
from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.bundle.fault import BundleFault
from registry.bundle.roles import install_root, read_roots, require_next
from registry.bundle.roots import ROLE_USES, digest_of, named_for, root_of
from registry.errors import NotAllowed
from registry.registry import OPERATOR, Registry


def root_to_agree_on(data: bytes) -> str:
    """What two people agree on before a root is in force: its version, and the SHA-256 of what its keys sign.

    The same for a draft that nobody has signed yet, so that people may agree while the holders sign.
    """
    return f"{root_of(data).version} {digest_of(data)}"


def put_in_force(registry: Registry, data: bytes, now: datetime) -> int:
    """Puts a root in force, as ``install_root``; returns its version.

    Raises ``BundleFault``, and ``NotAllowed`` unless two people of the operator agreed to it, once it has two.
    """
    version, subject = require_next(registry, data, now), root_to_agree_on(data)
    with registry.database.writing() as session:
        approval = use_confirmed(session, OPERATOR, Operation.INSTALL_ROOT, subject, now, of_files=True)
        changed = changes({}, {"sha256": digest_of(data), "approval": approval})
        noted(session, now, Step(Did.PUT_IN_FORCE, f"root/{version}", changed=changed))
    return install_root(registry, data, now)


def require_held(registry: Registry, kid: str) -> None:
    """Raises ``BundleFault`` unless this home holds ``kid``, a key of the bundle."""
    if kid not in [held for use in ROLE_USES for held in registry.ring.kids(use)]:
        raise BundleFault(f"this home holds no bundle key {kid}; `carbonlabel keys list` shows them")


def destroy(registry: Registry, kids: Sequence[str], now: datetime) -> None:
    """Destroys the private halves of ``kids``, keys of the bundle that the newest root does not name.

    All or none: raises ``BundleFault``, and ``NotAllowed`` unless two people of the operator agreed to each, once it
    has two.
    """
    roots = read_roots(registry)
    for kid in kids:
        require_held(registry, kid)
        if roots and any(kid in named_for(root_of(roots[-1]), use) for use in ROLE_USES):
            raise BundleFault(
                f"the newest root names {kid}: replace it first, with draft-root, sign-root and install-root"
            )
    with registry.database.writing() as session:
        lacking = []
        for kid in kids:
            try:
                approval = use_confirmed(session, OPERATOR, Operation.DESTROY_KEY, kid, now, of_files=True)
            except NotAllowed as problem:
                lacking.append(str(problem))
                continue
            noted(session, now, Step(Did.DESTROYED, f"key/{kid}", changed=changes({}, {"approval": approval})))
        if lacking:
            raise NotAllowed("\n".join(lacking))
    for kid in kids:
        registry.ring.destroy(kid)
