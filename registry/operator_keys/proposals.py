"""What a person of the operator proposes about a key: looked at now, so that nobody confirms what cannot be done."""

from datetime import datetime

from registry.access.approvals import ApprovalShown, Operation, approval_shown, propose
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.bundle.agreed import require_held, root_to_agree_on
from registry.bundle.fault import BundleFault
from registry.bundle.roles import read_roots
from registry.bundle.roots import check_draft
from registry.errors import InvalidInput
from registry.log.append import log_size
from registry.log.keys import key_entries, require_can_end
from registry.records.rekey import to_agree_on
from registry.registry import OPERATOR, Registry

MAX_DRAFT = 64_000
"""Bytes of a drafted root: one has about 4,000, and some for each witness."""


def propose_end(
    registry: Registry, caller: Caller, kid: str, compromised_from: int | None, reason: str, now: datetime
) -> ApprovalShown:
    """Proposes to retire key ``kid`` of the log, or to state that it is compromised from an index on.

    Raises ``NotAllowed``, and what ``require_can_end`` and ``propose`` raise.
    """
    require(caller, Action.CHANGE_KEYS, OPERATOR)
    operation, subject = to_agree_on(kid, compromised_from)
    with registry.database.writing(caller.author) as session:
        require_can_end(key_entries(session), kid, compromised_from, log_size(session))
        return approval_shown(propose(session, operation, subject, reason, caller.name, now))


def propose_destruction(registry: Registry, caller: Caller, kid: str, reason: str, now: datetime) -> ApprovalShown:
    """Proposes to destroy the private half of ``kid``, a key of the bundle; the newest root may name it still.

    Raises ``NotAllowed``, ``InvalidInput`` for a key that this home does not hold, and what ``propose`` raises.
    """
    require(caller, Action.CHANGE_KEYS, OPERATOR)
    try:
        require_held(registry, kid)
    except BundleFault as problem:
        raise InvalidInput("key {kid} cannot be destroyed: {problem}", "$.subject", kid=kid, problem=problem) from None
    with registry.database.writing(caller.author) as session:
        return approval_shown(propose(session, Operation.DESTROY_KEY, kid, reason, caller.name, now))


def propose_root(registry: Registry, caller: Caller, draft: bytes, reason: str, now: datetime) -> ApprovalShown:
    """Proposes to put the root in ``draft`` in force, whoever has signed it so far.

    Raises ``NotAllowed``, ``InvalidInput`` for what cannot be the next root, and what ``propose`` raises.
    """
    require(caller, Action.CHANGE_KEYS, OPERATOR)
    roots = read_roots(registry)
    try:
        if not roots:
            raise BundleFault("there is no root yet: the first one is signed in the ceremony, which nobody agrees to")
        if not draft or len(draft) > MAX_DRAFT:
            raise BundleFault(f"the file that `carbonlabel keys draft-root` writes, of {MAX_DRAFT} bytes at most")
        check_draft(draft, roots[-1], now)
    except BundleFault as problem:
        raise InvalidInput("this cannot be the next root: {problem}", "$.root", problem=problem) from None
    with registry.database.writing(caller.author) as session:
        subject = root_to_agree_on(draft)
        return approval_shown(
            propose(session, Operation.INSTALL_ROOT, subject, reason, caller.name, now, content=draft)
        )


def command_for(operation: Operation, subject: str) -> str:
    """What whoever has the home runs, once it was agreed on."""
    kid, _, index = subject.partition(" ")
    commands = {
        Operation.RETIRE_KEY: f"rotate {kid}",
        Operation.COMPROMISE_KEY: f"compromise {kid} --from {index}",
        Operation.DESTROY_KEY: f"destroy {kid}",
        Operation.INSTALL_ROOT: "install-root FILE",
    }
    return f"carbonlabel keys {commands[operation]} --home HOME"
